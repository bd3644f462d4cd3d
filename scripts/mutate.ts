// How much the Solidity tests would notice: npm run mutate puts small faults into the contracts that hold and move money, one
// at a time, and runs the tests against each. Interrupted, it continues where it stopped (var/mutation.json).
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import { StopError } from '../sdk/errors.ts'
import { runCommand, UsageError, wholeNumber } from './command.ts'
import { judgeAll } from './mutate/bench.ts'
import { type Entry, openBook } from './mutate/book.ts'
import { drawn } from './mutate/draw.ts'
import type { Mutant } from './mutate/mutants.ts'
import { mutantsOf } from './mutate/mutants.ts'
import { killedPercent, nameOf, pageOf, summed, tableOf, tallied } from './mutate/report.ts'
import { compile, readSources } from './solidity/compile.ts'

const LEAST_PERCENT = 95

const money = [
  'contracts/{Bonds,Channels,Court,Earnings,Ledger,Settlement,UnitCourt}.sol',
  'contracts/{court,ledger}/*.sol',
  'contracts/libraries/{BatchSums,BondSlot,BookPay,BookSlot,ChargeSlot,EarningsSlot,OrderedTree,RecordReader,Records}.sol',
  'contracts/libraries/{Signatures,WideProducts}.sol',
]
const explanationsFile = new URL('./mutate/survivors.json', import.meta.url)
const page = 'docs/mutation.md'

await runCommand({
  usage:
    'npm run mutate [-- --sample <mutants> --seed <number> --file <path, or a part of it> --processes <number> --known --write]',
  options: {
    sample: { type: 'string' },
    seed: { type: 'string', default: '1' },
    file: { type: 'string', default: '' },
    processes: { type: 'string', default: '2' },
    known: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
  async run({ sample, seed, file, processes, known, write }) {
    const files = globSync(money)
      .filter((path) => path.includes(file))
      .toSorted()
    if (files.length === 0) throw new UsageError(`No contract that holds money has "${file}" in its path.`)
    const all = mutantsIn(files)
    const size = sample === undefined ? all.length : wholeNumber('sample', sample, 1, 1_000_000)
    const chosen = drawn(all, size, wholeNumber('seed', seed, 0, 2 ** 32 - 1))
    const entries = inOrder(known ? knownOf(chosen) : await judged(chosen, wholeNumber('processes', processes, 1, 64)))

    const explanations = z.record(z.string(), z.string()).parse(JSON.parse(readFileSync(explanationsFile, 'utf8')))
    const survivors = entries.filter(({ verdict }) => verdict.kind === 'survived')
    for (const entry of survivors) {
      console.log(`survived  ${entry.mutant.file}:${entry.mutant.line}  ${entry.label}`)
      console.log(`          ${explanations[nameOf(entry)] ?? 'not yet explained'}`)
    }
    console.log(`\n${tableOf(tallied(entries))}`)
    if (write) {
      const extent = `${entries.length} of ${all.length} mutants were tried, drawn by chance.`
      writeFileSync(page, pageOf(entries, explanations, extent))
    }
    refuse(entries)
  },
})

function mutantsIn(files: readonly string[]): readonly Mutant[] {
  const sources = readSources()
  const { syntax, errors } = compile(sources, { '*': { '': ['ast'] } })
  if (errors.length > 0)
    throw new StopError('The contracts do not compile', { errors: errors.join('\n') }, 'Mend them first.')
  return files.flatMap((file) => {
    const [source, tree] = [sources.get(file), syntax.get(file)]
    return source === undefined || tree === undefined ? [] : mutantsOf(file, source, tree)
  })
}

/** What earlier runs found out, and nothing more. */
function knownOf(mutants: readonly Mutant[]): readonly Entry[] {
  const book = openBook()
  return mutants.flatMap((mutant) => book.known(mutant) ?? [])
}

async function judged(mutants: readonly Mutant[], processes: number): Promise<readonly Entry[]> {
  const book = openBook()
  const settled = mutants.flatMap((mutant) => book.settled(mutant) ?? [])
  const open = mutants.filter((mutant) => book.settled(mutant) === undefined)
  console.log(`${mutants.length} mutants, ${settled.length} of them known from before`)
  const entries = [...settled]
  await judgeAll(open, processes, (mutant, verdict) => {
    const entry = book.enter(mutant, verdict)
    entries.push(entry)
    const by = verdict.kind === 'killed' ? ` by ${verdict.by}` : ''
    console.log(`${entries.length} ${verdict.kind}${by}  ${mutant.file}:${mutant.line}  ${entry.label}`)
  })
  return entries
}

function inOrder(entries: readonly Entry[]): readonly Entry[] {
  return entries.toSorted((a, b) => a.mutant.file.localeCompare(b.mutant.file) || a.mutant.start - b.mutant.start)
}

function refuse(entries: readonly Entry[]): void {
  const percent = killedPercent(summed(tallied(entries)))
  if (percent >= LEAST_PERCENT) return
  throw new StopError(
    `The tests notice ${percent.toFixed(1)} % of the faults`,
    { least: `${LEAST_PERCENT} %` },
    'Write tests for the survivors above.',
  )
}
