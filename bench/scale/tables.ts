import { markdownTable } from '../../scripts/documentTables.ts'
import { SWING } from './batches.ts'
import { BLOB_BYTES, BLOBS_A_DAY, dataAnInference } from './chains.ts'
import { type Day, type DayGas, gasAnInference } from './day.ts'
import { lengthOf } from './gasRules.ts'
import { bytesOf, large, percent, rounded, whole } from './say.ts'
import type { BatchPolicy } from './scenario.ts'

/** OPEN there is, all in all (`OpenToken.SUPPLY`). */
const SUPPLY_GWEI = 1e18

/** Days of growing traffic, side by side. */
export function dayTable(days: readonly Day[]): string {
  const gas = (act: keyof DayGas) => (day: Day) => rounded(day.gas[act] / day.scenario.inferences)
  return columns(
    days.map(({ scenario }) => large(scenario.inferences)),
    'calls a day',
    days,
    [
      [
        'models · operators · channels',
        ({ scenario: s }) => `${whole(s.models)} · ${whole(s.operators)} · ${large(s.channels)}`,
      ],
      ['books open, of a model and an operator each', ({ trades }) => whole(trades)],
      ['batches', ({ batches }) => large(batches)],
      ['records a batch', ({ batches, scenario }) => rounded(scenario.inferences / batches)],
      ['channels charged a batch', ({ charges, batches }) => rounded(charges / batches)],
      ['new vouchers a batch', ({ vouchers, batches }) => rounded(vouchers / batches)],
      ['books settled', ({ settlements }) => rounded(settlements)],
      ['gas a call: recording', gas('recording')],
      ['– settling', gas('settling')],
      ['– claims of earnings', gas('claiming')],
      ['– opening channels and topping up', gas('channels')],
      ['– voided, demanded and appealed records', gas('disputes')],
      ['– registering models', gas('registering')],
      ['**gas a call, all in all**', (day) => `**${whole(gasAnInference(day))}**`],
      [
        'calldata a call, bytes',
        (day) => rounded((lengthOf(day.recordBytes) + lengthOf(day.settleBytes)) / day.scenario.inferences),
      ],
      [
        'bonds of all operators, OPEN',
        ({ coverGwei }) => `${large(coverGwei / 1e9)}, ${percent(coverGwei / SUPPLY_GWEI)} of the supply`,
      ],
    ],
  )
}

/** What batching changes, at the same traffic. */
export function policyTable(days: readonly Day[]): string {
  const named = ({ records, flushSeconds, order }: BatchPolicy) =>
    [whole(records), `${rounded(flushSeconds / 3_600)} h`, order === 'arrival' ? 'as they come' : 'by channel'] as const
  return markdownTable(
    [
      'records at most',
      'recorded every',
      'order',
      'records a batch',
      'channels charged a batch',
      'recording, gas a call',
      'settling',
      'all in all',
    ],
    days.map((day) => [
      ...named(day.scenario.policy),
      rounded(day.scenario.inferences / day.batches),
      rounded(day.charges / day.batches),
      whole(day.gas.recording / day.scenario.inferences),
      rounded(day.gas.settling / day.scenario.inferences),
      whole(gasAnInference(day)),
    ]),
    'right',
  )
}

export interface IndexerFigures {
  /** Inferences stored a second. */
  readonly rate: number
  /** Bytes on disk of an inference, indexes included. */
  readonly rowBytes: number
}

export function bytesTable(days: readonly Day[], { rate, rowBytes }: IndexerFigures): string {
  return columns(
    days.map(({ scenario }) => large(scenario.inferences)),
    'calls a day',
    days,
    [
      ['calldata', (day) => bytesOf(lengthOf(day.recordBytes) + lengthOf(day.settleBytes))],
      ['logs', ({ logBytes }) => bytesOf(logBytes)],
      ['new storage slots', ({ newSlots }) => large(newSlots)],
      ['data of an L2, as it estimates it', (day) => bytesOf(dataADay(day))],
      ['– of all the blobs that L1 aims at', (day) => percent(dataADay(day) / (BLOBS_A_DAY * BLOB_BYTES))],
      ['rows of the indexer', ({ scenario }) => bytesOf(scenario.inferences * rowBytes)],
      ['calls a second in the busiest hour', ({ scenario }) => rounded((scenario.inferences / 86_400) * (1 + SWING))],
      [
        'of the rate at which one indexer stores',
        ({ scenario }) => percent(((scenario.inferences / 86_400) * (1 + SWING)) / rate),
      ],
    ],
  )
}

function dataADay(day: Day): number {
  return dataAnInference(day) * day.scenario.inferences
}

/** The first column says what, the others are days. */
function columns<day>(
  names: readonly string[],
  corner: string,
  days: readonly day[],
  rows: readonly (readonly [string, (day: day) => string])[],
): string {
  return markdownTable(
    [corner, ...names],
    rows.map(([name, of]) => [name, ...days.map(of)]),
    'right',
  )
}
