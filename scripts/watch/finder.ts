import type { Hex } from 'viem'
import type { ToldBatch } from '../../sdk/batch.ts'
import { bookKeyOf } from '../../sdk/book.ts'
import { channelId } from '../../sdk/channel.ts'
import { recordDims } from '../../sdk/predictPay.ts'
import { promisedRecord, type Receipt } from '../../sdk/receipt.ts'
import { decodeRecords, recordLeaf } from '../../sdk/record.ts'
import type { Chronicle } from './chronicle.ts'

/** Finds records by what receipts say of them. Batches are read when somebody asks for records of their operator and model. */
export interface Finder {
  /** Records with the commitment of a receipt: as it promises, or not. */
  withCommitment(receipt: Receipt): readonly Place[]
  withLeaf(recordHash: Hex, model: number, operator: number): Place | undefined
}

export interface Place {
  readonly batch: bigint
  readonly index: number
  /** As it was recorded. */
  readonly leaf: Hex
}

interface ReadBatch {
  readonly told: ToldBatch
  readonly byCommitment: ReadonlyMap<Hex, readonly Place[]>
  readonly byLeaf: ReadonlyMap<Hex, Place>
}

export function finderOf(chronicle: Chronicle): Finder {
  const known = new Map<bigint, ReadBatch>()

  const batchesOf = (model: number, operator: number): readonly ReadBatch[] => {
    for (const number of known.keys()) if (!chronicle.batches.has(number)) known.delete(number)
    return [...chronicle.batches.values()].flatMap((told) => {
      const key = bookKeyOf(told.book)
      if (key.model !== model || key.operator !== operator) return []
      const before = known.get(told.batch)
      // After a reorg another batch may have the same number.
      const batch = before?.told === told ? before : read(told)
      known.set(told.batch, batch)
      return [batch]
    })
  }

  const read = (told: ToldBatch): ReadBatch => {
    const { model, operator } = bookKeyOf(told.book)
    const terms = chronicle.entered.get(model)?.terms
    const k = terms === undefined ? 0 : recordDims({ sketched: terms.pay.sketched, dims: terms.dims })
    const ids = told.channels.map((channel) => channelId({ ...channel, model, operator }))
    const places = decodeRecords(told.records, k, told.channels.length).map((record, index) => ({
      commitment: record.commitment,
      place: { batch: told.batch, index, leaf: recordLeaf(ids[record.channel] as Hex, record) },
    }))
    const byCommitment = Map.groupBy(places, ({ commitment }) => commitment)
    return {
      told,
      byCommitment: new Map(
        [...byCommitment].map(([commitment, found]) => [commitment, found.map(({ place }) => place)]),
      ),
      byLeaf: new Map(places.map(({ place }) => [place.leaf, place])),
    }
  }

  return {
    withCommitment: (receipt) => {
      const { commitment } = promisedRecord(receipt)
      return batchesOf(receipt.model, receipt.operator).flatMap(
        ({ byCommitment }) => byCommitment.get(commitment) ?? [],
      )
    },
    withLeaf: (recordHash, model, operator) => {
      for (const { byLeaf } of batchesOf(model, operator)) {
        const place = byLeaf.get(recordHash)
        if (place !== undefined) return place
      }
      return undefined
    },
  }
}
