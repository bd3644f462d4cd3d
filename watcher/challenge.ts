import { bytesToHex, concatHex, type Hex } from 'viem'
import type { RowPlace } from '../attribution/rowIndex.ts'
import { encodeUnitTotal } from '../attribution/unitTotalBytes.ts'
import { sumBytes } from '../sdk/batch.ts'
import { type ContractCall, callTo } from '../sdk/contractCall.ts'
import type { Contracts } from '../sdk/contracts.ts'
import { itemHashOf } from '../sdk/rawRowIndex.ts'
import { promisedRecord, type Receipt, signedReceipt } from '../sdk/receipt.ts'
import { proveRecord } from '../sdk/recordProof.ts'
import { nothingRead, type ReadingTerms, readOn, rowPages } from '../sdk/rowsRead.ts'
import { NO_ROW, showItem, showRow, showUnit } from '../sdk/unitProof.ts'
import type { CaseQueue, ReadCase } from './caseQueue.ts'
import type { RecordPlace } from './recordFinder.ts'
import { ALL_ROWS } from './watchState.ts'

/**
 * A call to a court, or a settlement. Some are committed to two blocks earlier; some take several
 * transactions.
 */
export type Challenge = {
  /** When it is too late, by the contracts' clock. */
  readonly deadline: number
} & (
  | { readonly kind: 'FalseUnit'; readonly model: number; readonly unit: number }
  /** `unit` is the one that is struck. */
  | (OnUnit & { readonly kind: 'CopyKept'; readonly first: RowPlace; readonly second: RowPlace })
  | (OnUnit & { readonly kind: 'NoCopy'; readonly dropped: RowPlace; readonly twin: RowPlace })
  | (OnUnit & { readonly kind: 'DemandUnit'; readonly reason: string })
  | (OnUnit & { readonly kind: 'DemandItem'; readonly index: number; readonly reason: string })
  | (OnUnit & { readonly kind: 'ShowUnit' })
  | (OnUnit & {
      readonly kind: 'ShowItem'
      readonly index: number
      readonly contribution: Hex
      readonly member: number
    })
  | (OnUnit & { readonly kind: 'CloseUnit'; readonly index: number })
  | { readonly kind: 'BrokenReceipt'; readonly receipt: Receipt; readonly place: RecordPlace }
  | { readonly kind: 'DemandRecord'; readonly receipt: Receipt }
  | { readonly kind: 'ShowRecord'; readonly recordHash: Hex; readonly place: RecordPlace }
  | { readonly kind: 'CloseRecord'; readonly recordHash: Hex }
  | { readonly kind: 'SettleBook'; readonly book: bigint }
)

interface OnUnit {
  readonly model: number
  readonly unit: number
}

/** Pools refuse transactions above 128 KiB. */
const PAGE_BYTES = 100_000

/** A unique text for a challenge. Its salt is derived from it, so it never changes. */
export function subjectOf(challenge: Challenge): string {
  const { kind } = challenge
  switch (challenge.kind) {
    case 'BrokenReceipt':
      return `${kind} ${challenge.place.batch}/${challenge.place.index}`
    case 'DemandRecord':
      return `${kind} ${signedReceipt(challenge.receipt).recordHash}`
    case 'ShowRecord':
    case 'CloseRecord':
      return `${kind} ${challenge.recordHash}`
    case 'SettleBook':
      return `${kind} ${challenge.book}`
    case 'CopyKept': {
      const { model, first, second } = challenge
      return `${kind} ${model}/${first.unit}/${first.row} ${second.unit}/${second.row}`
    }
    case 'NoCopy':
      return `${kind} ${challenge.model}/${challenge.dropped.unit}/${challenge.dropped.row}`
    default:
      return `${kind} ${challenge.model}/${challenge.unit}${'index' in challenge ? `/${challenge.index}` : ''}`
  }
}

/** The fields of a challenge in a log line. */
export function factsOf(challenge: Challenge): Readonly<Record<string, string | number>> {
  switch (challenge.kind) {
    case 'BrokenReceipt': {
      const { receipt, place } = challenge
      return { model: receipt.model, operator: receipt.operator, batch: Number(place.batch), index: place.index }
    }
    case 'DemandRecord': {
      const { model, operator } = challenge.receipt
      return { model, operator, recordHash: signedReceipt(challenge.receipt).recordHash }
    }
    case 'ShowRecord':
      return { recordHash: challenge.recordHash, batch: Number(challenge.place.batch), index: challenge.place.index }
    case 'CloseRecord':
      return { recordHash: challenge.recordHash }
    case 'SettleBook':
      return { book: `${challenge.book}` }
    default: {
      const { model, unit } = challenge
      return {
        model,
        unit,
        ...('index' in challenge && challenge.index !== ALL_ROWS && { index: challenge.index }),
        ...('reason' in challenge && { reason: challenge.reason }),
      }
    }
  }
}

/** Whether a court accepts it only after a commitment by the same signer. */
export function isCommitted({ kind }: Challenge): boolean {
  return !['ShowUnit', 'ShowItem', 'CloseUnit', 'ShowRecord', 'CloseRecord', 'SettleBook'].includes(kind)
}

/** Whether it stakes a part of the caller's bond. */
export function isDemand({ kind }: Challenge): boolean {
  return kind === 'DemandUnit' || kind === 'DemandItem' || kind === 'DemandRecord'
}

/** Challenges whose calls need no more than the watcher's state. A settlement reads the chain. */
export type CourtChallenge = Exclude<Challenge, { kind: 'SettleBook' }>

/** The calls of a challenge, in order. Undefined once its batch or model is gone. */
export function actsOf(
  contracts: Contracts,
  cases: CaseQueue,
  challenge: CourtChallenge,
  salt: Hex,
): readonly ContractCall[] | undefined {
  const { court, unitCourt } = contracts
  switch (challenge.kind) {
    case 'DemandUnit':
      return [callTo(unitCourt, 'demandUnit', [salt, challenge.model, challenge.unit])]
    case 'DemandItem':
      return [callTo(unitCourt, 'demandItem', [salt, challenge.model, challenge.unit, challenge.index])]
    case 'CloseUnit':
      return [callTo(unitCourt, 'closeUnitDemand', [challenge.model, challenge.unit, challenge.index])]
    case 'CloseRecord':
      return [callTo(court, 'closeRecordDemand', [challenge.recordHash])]
    case 'DemandRecord': {
      const { receipt } = challenge
      const args = [signedReceipt(receipt), receipt.signature, promisedRecord(receipt)] as const
      return [callTo(court, 'demandRecord', [salt, receipt.operator, ...args])]
    }
    case 'ShowRecord': {
      const batch = cases.openedBatch(challenge.place.batch)
      return batch && [callTo(court, 'showRecord', [proveRecord(batch, challenge.place.index)])]
    }
    case 'BrokenReceipt': {
      const { receipt, place } = challenge
      const batch = cases.openedBatch(place.batch)
      if (batch === undefined) return undefined
      const signed = [signedReceipt(receipt), receipt.signature, promisedRecord(receipt)] as const
      const proof = [proveRecord(batch, place.index), sumBytes(batch)] as const
      return [callTo(court, 'proveBrokenReceipt', [salt, ...signed, ...proof])]
    }
    default: {
      const modelCase = cases.models.get(challenge.model)
      return modelCase?.kind === 'read' ? unitActs(contracts, modelCase, challenge, salt) : undefined
    }
  }
}

type UnitChallenge = Extract<Challenge, { kind: 'FalseUnit' | 'CopyKept' | 'NoCopy' | 'ShowUnit' | 'ShowItem' }>

function unitActs(
  { unitCourt }: Contracts,
  modelCase: ReadCase,
  challenge: UnitChallenge,
  salt: Hex,
): readonly ContractCall[] {
  const { model, checked } = modelCase
  const { raw, headers, total } = checked
  const shown = (unit: number) => showUnit(headers, unit)
  const rowAt = ({ unit, row }: RowPlace) => showRow(raw, unit, row)
  const id = model.model
  switch (challenge.kind) {
    case 'CopyKept': {
      const { first, second } = challenge
      const args = [shown(first.unit), rowAt(first), shown(second.unit), rowAt(second)] as const
      return [callTo(unitCourt, 'proveCopyKept', [salt, id, ...args])]
    }
    case 'NoCopy': {
      const { dropped, twin } = challenge
      const isThere = twin.row < (headers[twin.unit]?.rows ?? 0)
      const args = [shown(dropped.unit), rowAt(dropped), shown(twin.unit), isThere ? rowAt(twin) : NO_ROW] as const
      return [callTo(unitCourt, 'proveNoCopy', [salt, id, ...args])]
    }
    case 'ShowItem': {
      const { unit, index, contribution, member } = challenge
      const row = raw.units[unit]?.[index]
      const dataset = modelCase.datasetOf(contribution)
      const itemHashes = modelCase.items.get(contribution) ?? []
      const item = row === undefined ? NO_ITEM : showItem({ dataset, itemHashes }, itemHashOf(row), member)
      const shownRow = row === undefined ? { ...NO_ROW, index } : rowAt({ unit, row: index })
      return [callTo(unitCourt, 'showItem', [id, shown(unit), shownRow, item])]
    }
    case 'ShowUnit': {
      const terms = { k: raw.k, unitCount: headers.length, total: undefined }
      return pagesOf(raw.units[challenge.unit] ?? [], terms).map(({ bytes, read }) =>
        callTo(unitCourt, 'showUnit', [id, shown(challenge.unit), bytes, read]),
      )
    }
    case 'FalseUnit': {
      const terms = { k: raw.k, unitCount: headers.length, total }
      const totalBytes = bytesToHex(encodeUnitTotal(total))
      return pagesOf(raw.units[challenge.unit] ?? [], terms).map(({ bytes, read }) =>
        callTo(unitCourt, 'proveFalseUnit', [salt, id, shown(challenge.unit), totalBytes, bytes, read]),
      )
    }
  }
}

const NO_ITEM = { dataset: 0, itemsRoot: `0x${'00'.repeat(32)}`, itemCount: 0, member: 0, path: [] } as const

/** A unit's rows in pages, each with the sums of the pages before it. */
function pagesOf(rows: readonly Uint8Array[], terms: ReadingTerms) {
  let read = nothingRead(terms)
  return rowPages(rows, PAGE_BYTES).map((page) => {
    const before = read
    read = readOn(read, page, terms)
    return { bytes: concatHex(page.map((row) => bytesToHex(row))), read: before }
  })
}
