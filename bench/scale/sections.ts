import { cpus } from 'node:os'
import { CHAINS, capacityOf, dataAnInference, estimatedBytes } from './chains.ts'
import { calldataDesign, capacityTable, committedDesign, designTable, gasOf, priceTable } from './chainTables.ts'
import { type CommittedDay, commitDay, commitGas, SHEET_RECORDS, sheetCosts } from './commitOnly.ts'
import { costsOf } from './costs.ts'
import { type Costs, type Day, gasAnInference, simulateDay } from './day.ts'
import { bytesGas } from './gasRules.ts'
import { measureReading } from './reading.ts'
import { bytesOf, large, percent, rounded, whole } from './say.ts'
import { type BatchPolicy, MOST_RECORDS, type Scenario, scenarioOf } from './scenario.ts'
import { limitTable, settlingTable } from './settlingTables.ts'
import { bytesTable, dayTable, policyTable } from './tables.ts'

/** What the command says, in the order of docs/scale.md. */

export interface Section {
  readonly name: string
  readonly table: string
}

const SMALL = 2_000
const EARLY = 100_000
const USUAL = 10_000_000
const BILLION = 1_000_000_000

/** `npm run bench:index -- --quick --only records`: inferences a second of the indexer's CPU, all verified, and bytes of one on disk. */
const INDEXER = { rate: 12_000, rowBytes: 366 }

export function* scaleSections(options: { readonly seed: number; readonly etherDollars: number }): Iterable<Section> {
  const { seed, etherDollars } = options
  const usual = scenarioOf(USUAL)
  const costs = costsOf(usual.fee, seed)
  const dayOf = (scenario: Scenario, by: Costs = costs) => simulateDay(scenario, by, seed)
  const days = [SMALL, EARLY, USUAL, BILLION].map((calls) => dayOf(scenarioOf(calls)))
  yield { name: 'the day', table: dayTable(days) }

  const batched = POLICIES.map((policy) => dayOf(withPolicy(usual, policy)))
  yield { name: 'batching', table: policyTable(batched) }
  yield { name: 'settling', table: settlingTable(costs) }

  const sorted = withPolicy(usual, { order: 'channel' })
  const fits = CHAINS.map((chain) => {
    const by = { ...costs, rules: chain.rules }
    return { asTheyCome: capacityOf(chain, dayOf(usual, by)), byChannel: capacityOf(chain, dayOf(sorted, by)) }
  })
  yield { name: 'chains', table: capacityTable(fits) }

  const billion = scenarioOf(BILLION)
  const asTheyCome = calldataDesign('today', days.at(-1) as Day)
  const byChannel = dayOf(withPolicy(billion, { order: 'channel' }))
  const committed = commitDay(billion, costs, 'a batch', seed)
  const designs = [
    asTheyCome,
    calldataDesign('today, batched by channel', byChannel),
    committedDesign('commit-only, charged by each batch', committed, asTheyCome),
    committedDesign('commit-only, charged once a day', commitDay(billion, costs, 'a day', seed), asTheyCome),
  ]
  const priced = [
    ...[days[1], days[2], dayOf(sorted)].map((day) => pricedDay(day as Day)),
    ...designs.slice(2).map((design) => ({
      name: `a billion a day, ${design.name}`,
      gas: gasOf(design),
      data: estimatedBytes({ zero: 0, nonzero: design.bytes }, 0),
    })),
  ]
  yield { name: 'prices', table: priceTable(priced, etherDollars) }
  yield { name: 'bytes', table: `${bytesTable(days, INDEXER)}\n\n${readingLine(usual, seed)}` }
  yield { name: 'limits', table: limitTable(costs) }
  yield { name: 'a billion', table: `${designTable(BILLION, designs)}\n\n${elsewhereLine(committed, costs)}` }
}

function readingLine({ fee }: Scenario, seed: number): string {
  const { checked, decoded } = measureReading(fee, seed)
  const cores = BILLION / 86_400 / checked
  return [
    `Reading takes ${rounded(cores)} cores at a billion a day: ${large(decoded)} records are decoded a CPU second, ${whole(checked)}`,
    `decoded, hashed up to their root and summed (${cpus()[0]?.model}; the one figure here that no seed repeats).`,
  ].join('\n')
}

function elsewhereLine({ recordBytesASecond, blobs, blobPart }: CommittedDay, costs: Costs): string {
  const { show, showMost } = sheetCosts(costs)
  const { parts, bytes } = costs
  const channel = parts.recording.channel + bytesGas(bytes.channel)
  const voucher = parts.recording.voucher + bytesGas(bytes.voucher)
  return [
    `A commitment takes ${whole(commitGas(costs))} gas, each channel that it charges ${whole(channel)} more, and each new voucher`,
    `${whole(voucher)}. Records that lie elsewhere are ${bytesOf(recordBytesASecond)} a second. They would fill ${large(blobs)} blobs`,
    `a day, ${percent(blobPart)} of those that L1 aims at. Showing ${whole(SHEET_RECORDS)} of them on chain takes`,
    `${rounded(show / 1e6)} M gas, ${whole(MOST_RECORDS)} ${rounded(showMost / 1e6)} M.`,
  ].join('\n')
}

const HOUR = 3_600
const POLICIES: readonly Partial<BatchPolicy>[] = [
  { records: 200, flushSeconds: HOUR, order: 'arrival' },
  { records: 200, flushSeconds: 6 * HOUR, order: 'arrival' },
  { records: 1_000, flushSeconds: 6 * HOUR, order: 'arrival' },
  { records: 1_000, flushSeconds: HOUR, order: 'channel' },
  { records: 1_000, flushSeconds: 6 * HOUR, order: 'channel' },
  { records: 1_000, flushSeconds: 24 * HOUR, order: 'channel' },
]

function withPolicy(scenario: Scenario, policy: Partial<BatchPolicy>): Scenario {
  return { ...scenario, policy: { ...scenario.policy, ...policy } }
}

function pricedDay(day: Day) {
  const { inferences, policy } = day.scenario
  const order = policy.order === 'channel' ? ', batched by channel' : ''
  return { name: `${whole(inferences)} a day${order}`, gas: gasAnInference(day), data: dataAnInference(day) }
}
