// The gas of a day's parts, from what `npm run bench:gas` measured on the release build (test/contracts/gas.snapshot.json), so that it
// follows the contracts. Bytes are taken out where they are counted by themselves.
import { readFileSync } from 'node:fs'
import * as z from 'zod'
import { StopError } from '../../sdk/errors.ts'
import { type BatchBytes, batchBytes } from './calldata.ts'
import { bytesGas, intrinsicGas } from './gasRules.ts'

/** Execution of the parts of a batch. */
export interface RecordingParts {
  readonly batch: number
  readonly record: number
  readonly channel: number
  readonly voucher: number
  /** Emptying the lanes of a sum, once for every 65,535 units. */
  readonly emptied: number
  /** Opening a book that is not the first of its model and operator. */
  readonly book: number
}

/** Execution of the parts of a settlement. */
export interface SettlingParts {
  readonly book: number
  readonly batch: number
  /** A unit weighed and paid. */
  readonly unit: number
  /** What it costs more if its payee was never paid. */
  readonly firstPay: number
  /** A further page, with all that it sends. */
  readonly page: number
}

export interface GasParts {
  readonly recording: RecordingParts
  readonly settling: SettlingParts
  readonly claim: number
  readonly claimTogether: number
  readonly openChannel: number
  readonly topUp: number
  readonly voided: number
  readonly demanded: number
  readonly appealed: number
  /** Registering a unit. */
  readonly unit: number
}

export type Snapshot = Readonly<Record<string, number>>

const SNAPSHOT = new URL('../../test/contracts/gas.snapshot.json', import.meta.url)
/** Batches of the snapshot: 3 channels, no voucher. */
const BENCH = { channels: 3, vouchers: 0, units: 0 }

export function readSnapshot(): Snapshot {
  return z.record(z.string(), z.number().int()).parse(JSON.parse(readFileSync(SNAPSHOT, 'utf8')))
}

/** @param bytes Of batches as the snapshot's are. */
export function gasParts(snapshot: Snapshot, bytes: BatchBytes): GasParts {
  const gas = (name: string): number => {
    const found = snapshot[name]
    if (found !== undefined) return found
    throw new StopError(
      `The gas snapshot has no "${name}"`,
      { snapshot: SNAPSHOT.pathname },
      'An act was renamed in bench/gas: rename it in bench/scale/parts.ts too.',
    )
  }
  const execution = (records: number) =>
    gas(`record ${records} inferences at k = 256, 3 channels`) - intrinsicGas(batchBytes(bytes, { ...BENCH, records }))
  const usual = 'record 200 inferences at k = 256'
  const record = (execution(400) - execution(200)) / 200
  const channel = gas('a channel more in a batch') - bytesGas(bytes.channel)

  const shown = gas('a batch shown')
  const unit = gas('a unit weighed and paid')
  const challenge = gas('commit to a challenge')
  return {
    recording: {
      batch: execution(200) - 200 * record - BENCH.channels * channel,
      record,
      channel,
      voucher: gas('a new voucher in a batch, beside its channel') - bytesGas(bytes.voucher),
      emptied: gas('emptying the lanes of a sum once'),
      book: gas(`${usual}, the first of a later book`) - gas(`${usual}, 3 channels`),
    },
    settling: {
      book: gas('settle 1 batch to 1 unit') - shown - unit - intrinsicGas(bytes.settlement),
      batch: shown - bytesGas(bytes.shown),
      unit,
      firstPay: gas('a unit weighed and paid for the first time') - unit,
      page: gas('a page more to show batches'),
    },
    claim: gas('claim, to an address that holds OPEN'),
    claimTogether: gas('claimMany, each of 100 that hold OPEN'),
    openChannel: gas('open a channel'),
    topUp: gas('fund a channel'),
    voided: challenge + gas('prove a receipt broken, of 200'),
    demanded: challenge + gas('demand a record') + gas('show a demanded record, of 200'),
    appealed: gas('appeal against a record, which sets it aside') + gas('rule on an appeal'),
    unit: gas('each unit of 500, registered'),
  }
}
