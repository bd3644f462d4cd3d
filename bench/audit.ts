/**
 * What an audit costs: inferences a second and memory, over chains of our own records, their settlements and claims included.
 *
 *     npm run bench:audit -- [--sizes 10000,100000]
 *
 * Chains are made once and kept (var/bench/chains). The auditor is a process of its own; the node is anvil, on the same machine.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { runCommand, UsageError } from '../scripts/command.ts'
import { type Chain, openChain } from './index/chains.ts'
import { cpuSeconds, peakMiB } from './index/processes.ts'
import { addRecords, prepareContext } from './index/records.ts'

const RECORDS = 500
const SEED = 1

await runCommand({
  usage: `npm run bench:audit -- [options]
Measures an audit of chains of several sizes.
  --sizes <numbers>  inferences of each chain, with commas between (10000,100000)`,
  options: { sizes: { type: 'string', default: '10000,100000' } },
  async run({ sizes }) {
    const counts = sizes.split(',').map(Number)
    if (counts.some((count) => !Number.isInteger(count) || count < RECORDS)) {
      throw new UsageError(`--sizes takes whole numbers from ${RECORDS}, not "${sizes}"`)
    }
    const say = (line: string) => process.stdout.write(`${line}\n`)
    say('| inferences | seconds | inferences/s | CPU seconds | peak memory, MiB |')
    say('| ---: | ---: | ---: | ---: | ---: |')
    for (const count of counts) {
      const batches = Math.ceil(count / RECORDS)
      const chain = await openChain(
        {
          name: `audit-${batches * RECORDS}`,
          build: async (anvil, deployment) => {
            await prepareContext(anvil, deployment)
            await addRecords(anvil, deployment, { seed: SEED, batches, records: RECORDS })
          },
        },
        (line) => process.stderr.write(`${line}\n`),
      )
      try {
        const { seconds, cpu, mebibytes, inferences } = await measure(chain)
        const figures = [inferences, seconds.toFixed(1), Math.round(inferences / seconds), cpu.toFixed(1), mebibytes]
        say(`| ${figures.join(' | ')} |`)
      } finally {
        await chain.anvil.stop()
      }
    }
  },
})

async function measure({ anvil, deploymentFile }: Chain) {
  const begun = performance.now()
  const args = ['cli/main.ts', 'audit', '--rpc', anvil.url, '--deployment', deploymentFile, '--at', 'latest', '--json']
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let [mebibytes, cpu] = [0, 0]
  const poll = setInterval(() => {
    mebibytes = Math.max(mebibytes, Math.round(peakMiB(child.pid as number)))
    cpu = Math.max(cpu, cpuSeconds(child.pid as number))
  }, 100)
  let told = ''
  child.stdout.on('data', (chunk: Buffer) => {
    told += chunk
  })
  await once(child, 'close')
  clearInterval(poll)
  const { report } = JSON.parse(told) as { report: { verdict: string; figures: { inferences: string } } }
  if (report.verdict === 'findings') throw new Error('The audit found something on a chain without faults')
  return { seconds: (performance.now() - begun) / 1_000, cpu, mebibytes, inferences: Number(report.figures.inferences) }
}
