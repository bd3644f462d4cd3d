import { bytesToHex, type Hex, hexToBytes } from 'viem'
import type { ToldBatch } from '../../sdk/batch.ts'

/** A batch as it was recorded, as JSON: the settlement of its book needs its bytes, which nodes may drop. */
export function toldToJson(told: ToldBatch, transaction: Hex): object {
  const { batch, book, units, records, ...rest } = told
  return { ...rest, batch: `${batch}`, book: `${book}`, units: `${units}`, records: bytesToHex(records), transaction }
}

export function toldFrom(json: { readonly [name: string]: unknown }): ToldBatch {
  return {
    batch: BigInt(json.batch as string),
    book: BigInt(json.book as string),
    number: json.number as number,
    recordedIn: json.recordedIn as number,
    units: BigInt(json.units as string),
    root: json.root as Hex,
    channels: json.channels as ToldBatch['channels'],
    records: hexToBytes(json.records as Hex),
  }
}
