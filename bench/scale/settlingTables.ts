import { markdownTable } from '../../scripts/documentTables.ts'
import { batchGas, type Costs, MAX_LANE } from './day.ts'
import { bytesGas, lengthOf, plus } from './gasRules.ts'
import { rounded, whole } from './say.ts'
import { MOST_CHANNELS, MOST_RECORDS, MOST_UNITS } from './scenario.ts'
import { settlementOf } from './settling.ts'

/** What settling costs as books grow, and where a transaction ends. */

const UNITS = [1, 40, 200, MOST_UNITS] as const
const BATCHES = [1, 10, 100, 1_000] as const
const RECORDS = 1_000

export function settlingTable({ parts, bytes, rules }: Costs): string {
  const cell = (batches: number, units: number) => {
    const { gas, transactions } = settlementOf({ batches, units }, parts.settling, bytes, rules)
    const pages = transactions === 1 ? '' : `, ${transactions} transactions`
    return `${rounded(gas / 1e6)} M${pages}; ${rounded(gas / (batches * RECORDS))}`
  }
  return markdownTable(
    ['batches of 1,000 records', ...UNITS.map((units) => `${whole(units)} ${units === 1 ? 'unit' : 'units'}`)],
    BATCHES.map((batches) => [whole(batches), ...UNITS.map((units) => cell(batches, units))]),
    'right',
  )
}

/** Gas that a page of settlement has for what it shows. */
const PAGE_GAS = 15_000_000
const COMMON_POOL = 131_072
const L1_BLOCK = 60_000_000

export function limitTable({ parts, bytes, rules }: Costs): string {
  const { recording, settling } = parts
  const record = recording.record + bytesGas(bytes.record)
  const channel = recording.channel + recording.voucher + bytesGas(plus(bytes.channel, bytes.voucher))
  const shown = settling.batch + bytesGas(bytes.shown)
  const firstUnit = settling.unit + settling.firstPay
  const full = batchGas({ records: RECORDS, channels: 10, vouchers: 10, units: RECORDS }, { parts, bytes, rules })
  return markdownTable(
    ['what', 'ends at', 'because', 'beyond that'],
    [
      [
        'records of a batch',
        whole(MOST_RECORDS),
        'the contract takes no more',
        `${whole(COMMON_POOL / lengthOf(bytes.record))} by the 128 KiB of common pools, ${whole(rules.transaction / record)} by the gas of a transaction`,
      ],
      [
        'channels of a batch',
        whole(MOST_CHANNELS),
        'a record names its channel by one byte',
        `${whole(rules.transaction / channel)}, each with a voucher, by the gas of a transaction`,
      ],
      [
        'fee units of a batch',
        'no end',
        `${whole(MAX_LANE)} fill the lanes of its sum`,
        `${whole(recording.emptied)} gas each time that they are emptied`,
      ],
      ['batches of 1,000 records in an L1 block', rounded(L1_BLOCK / full), '60 M gas', 'the next block'],
      ['batches on a page of settlement', whole(PAGE_GAS / shown), 'the gas of a transaction', 'further pages, no end'],
      [
        'units on a page of settlement',
        whole(MOST_UNITS),
        'a model has no more',
        `${whole(PAGE_GAS / firstUnit)} where none was paid before; further pages`,
      ],
    ],
  )
}
