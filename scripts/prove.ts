// Proves the money's arithmetic without a bound (test/proofs): npm run prove prints each assertion and what solc's model
// checker says of it, and fails where one is not proved; else it keeps what it proved (test/proofs/proved.json).
import { globSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { StopError } from '../sdk/errors.ts'
import { runCommand, wholeNumber } from './command.ts'
import { keepProved, proofDigest } from './prove/proved.ts'
import { type Answer, prove } from './prove/prover.ts'

const proofs = new URL('../test/proofs/', import.meta.url)

await runCommand({
  usage: 'npm run prove [-- --limit <seconds a contract>]',
  options: { limit: { type: 'string', default: '300' } },
  async run({ limit }) {
    const seconds = wholeNumber('limit', limit, 1, 3_600)
    const files = globSync('*.sol', { cwd: proofs }).toSorted()
    const answers = await Promise.all(
      files.map(async (file) => {
        const started = performance.now()
        const [contract, source] = [basename(file, '.sol'), readFileSync(new URL(file, proofs), 'utf8')]
        const answer = await prove(contract, source, seconds)
        print(file, answer, (performance.now() - started) / 1_000)
        return { file, answer, contract, source }
      }),
    )
    const failed = answers.filter(({ answer }) => !isProved(answer)).map(({ file }) => file)
    if (failed.length === 0)
      return keepProved(Object.fromEntries(answers.map(({ contract, source }) => [contract, proofDigest(source)])))
    throw new StopError('Not everything is proved', { files: failed.join(', ') }, 'A violation shows the calls to it.')
  },
})

function isProved(answer: Answer): boolean {
  return answer.kind === 'answered' && answer.verdicts.every(({ finding }) => finding === 'proved')
}

function print(file: string, answer: Answer, seconds: number): void {
  console.log(`test/proofs/${file}  ${seconds.toFixed(1)} s`)
  if (answer.kind === 'refused') console.log(`  ${answer.reason}`)
  if (answer.kind === 'timedOut') console.log(`  no answer within ${answer.seconds} s`)
  if (answer.kind !== 'answered') return
  for (const { line, assertion, finding, trace } of answer.verdicts) {
    console.log(`  ${finding.padEnd(8)}  line ${line}: ${assertion}`)
    if (trace !== '') console.log(trace.replaceAll(/^/gm, '      '))
  }
}
