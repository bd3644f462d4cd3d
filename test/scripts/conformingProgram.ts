import { createInterface } from 'node:readline'
import { bytesToHex, type Hex, hexToBytes, stringToBytes } from 'viem'
import { payBook } from '../../attribution/bookPay.ts'
import { rootOf } from '../../attribution/merkle.ts'
import { unpackSketch } from '../../attribution/sketch.ts'
import { scalesOf, unitSketch, unitSum } from '../../attribution/unitSketch.ts'
import { batchCommitment, batchOf, type OpenedBatch, sumBytes, voidRecord } from '../../sdk/batch.ts'
import { channelId, decodeChannels } from '../../sdk/channel.ts'
import { contributionId, itemHash, itemsTree } from '../../sdk/contribution.ts'
import { eventHash, journalStep } from '../../sdk/journal.ts'
import { parseReceipt, promisedRecord, signedReceipt, signerOfReceipt } from '../../sdk/receipt.ts'
import { decodeRecords } from '../../sdk/record.ts'
import { proveRecord } from '../../sdk/recordProof.ts'
import type { bookPayVectors } from '../vectors/books.ts'
import type { contributionVectors, journalVectors } from '../vectors/hashes.ts'
import type { batchVectors } from '../vectors/records.ts'
import { packAll, type unitVectors } from '../vectors/units.ts'

/** Our own implementation, as docs/conformance.md asks for it. `WRONG=<suite>` makes it err there. */

type Of<vectors extends (...args: never) => readonly unknown[]> = ReturnType<vectors>[number]

const answers: Readonly<Record<string, (input: never) => object | Promise<object>>> = {
  contribution: ({ dataset, contributor, items }: Of<typeof contributionVectors>) => {
    const hashes = items.map(({ salt, content }) => itemHash(salt, stringToBytes(content)))
    const root = rootOf(itemsTree(hashes))
    return { root, contribution: contributionId(dataset, contributor, root, hashes.length) }
  },
  journal: ({ before, topics, data }: Of<typeof journalVectors> & { before: Hex }) => {
    const hash = eventHash(topics, data)
    return { eventHash: hash, slot: journalStep(before, hash) }
  },
  receipt: async ({ receipt }: { receipt: unknown }) => {
    try {
      const sound = parseReceipt(JSON.stringify(receipt), 'the receipt')
      const { channel, recordHash } = signedReceipt(sound)
      const { commitment, feeUnits } = promisedRecord(sound)
      return { isSound: true, signer: await signerOfReceipt(sound), channel, commitment, recordHash, feeUnits }
    } catch {
      return { isSound: false }
    }
  },
  batch: ({ k, model, operator, channels, records, place, voidedIndex }: BatchAsked) => {
    const named = decodeChannels(hexToBytes(channels))
    const at = { ...place, batch: BigInt(place.batch), book: BigInt(place.book) }
    const batch = batchOf(at, named, decodeRecords(hexToBytes(records), k, named.length), k)
    return {
      channelIds: named.map((channel) => channelId({ ...channel, model, operator })),
      ...standing(batch),
      proofs: batch.records.map((_, i) => proveRecord(batch, i).path),
      voided: standing(voidRecord(batch, voidedIndex)),
    }
  },
  unit: ({ k, unitRows, multipliers, sketches }: Of<typeof unitVectors>) => {
    const rows = unpackAll(sketches, k).map((codes, row) => ({ multiplier: multipliers[row] as number, codes }))
    const ends = unitRows.map((_, u) => unitRows.slice(0, u + 1).reduce((sum, count) => sum + count, 0))
    const sums = ends.map((end, u) => unitSum(rows.slice(ends[u - 1] ?? 0, end), k))
    const units = sums.map(unitSketch)
    const peaks = units.map(({ peak }) => peak)
    const codes = packAll(units.map((unit) => unit.codes))
    return { sums: sums.flatMap((sum) => [...sum]), peaks, codes, scales: scalesOf(peaks) }
  },
  settlement: ({ k, kept, scales, codes, fixed, struck, feeUnits, query, given, ...terms }: SettlementAsked) => {
    const sketches = unpackAll(codes, k ?? 0)
    const units = kept.map((rows, u) => ({
      codes: sketches[u] ?? new Int8Array(),
      kept: rows,
      scale: scales[u] as number,
      fixed: BigInt(fixed[u] as string),
      struck: struck[u] as boolean,
    }))
    const book = { feeUnits: BigInt(feeUnits), query: BigInt64Array.from(query, BigInt), given: BigInt(given) }
    const { weights, floor, divisor, ...pay } = payBook({ ...terms, feeUnit: BigInt(terms.feeUnit) }, units, book)
    return {
      weights: weights.map(String),
      floor: `${floor}`,
      divisor: `${divisor}`,
      units: pay.units.map(String),
      operator: `${pay.operator}`,
      owner: `${pay.owner}`,
      royalties: pay.royalties.map(String),
      treasury: `${pay.treasury}`,
      total: `${pay.total}`,
    }
  },
}

type BatchAsked = Of<typeof batchVectors> & {
  readonly place: { batch: string; book: string; number: number; recordedIn: number }
  readonly voidedIndex: number
}
type SettlementAsked = Omit<Of<typeof bookPayVectors>, 'k'> & { readonly k?: number }

function standing(batch: OpenedBatch): object {
  const { header, leaves } = batch
  return {
    header: { ...header, batch: `${header.batch}`, book: `${header.book}`, units: `${header.units}` },
    leaves,
    sum: sumBytes(batch),
    commitment: batchCommitment(header),
  }
}

function unpackAll(packed: Hex, k: number): readonly Int8Array[] {
  if (k === 0) return []
  const bytes = hexToBytes(packed)
  const size = k / 2
  return Array.from({ length: bytes.length / size }, (_, i) => unpackSketch(bytes.subarray(i * size, (i + 1) * size)))
}

for await (const line of createInterface({ input: process.stdin })) {
  const { suite, input } = JSON.parse(line)
  const answer = await (answers[suite] as (input: unknown) => object)(input)
  const said =
    process.env.WRONG === suite
      ? { ...answer, [Object.keys(answer)[0] as string]: bytesToHex(new Uint8Array(32)) }
      : answer
  process.stdout.write(`${JSON.stringify(said)}\n`)
}
