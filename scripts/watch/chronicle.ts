import type { Hex } from 'viem'
import { hexToBytes } from 'viem'
import type { ChainLog } from '../../indexer/decode/contracts.ts'
import { readCourt } from '../../indexer/decode/court.ts'
import { readDatasets } from '../../indexer/decode/datasets.ts'
import { readLedger } from '../../indexer/decode/ledger.ts'
import { readModels } from '../../indexer/decode/models.ts'
import type { Deployment } from '../../sdk/deployment.ts'
import type { BatchHeader } from '../../sdk/recordProof.ts'

/**
 * What the chain has told so far, as far as a watcher needs it. Every fact stands with its block, in a table of its own, so that
 * taking back a reorg is forgetting what lies above a block, and telling it again from the start gives the same.
 */
export interface Chronicle {
  readonly models: Table<number, Model>
  readonly contributions: Table<Hex, Contribution>
  readonly accepted: Table<Hex, { readonly at: number }>
  readonly withdrawn: Table<Hex, { readonly at: number }>
  readonly versions: Table<bigint, { readonly dataset: number; readonly frozenAt: number }>
  readonly batches: Table<bigint, Batch>
  /** Voided records, by batch and index. */
  readonly voided: Table<string, object>
  /** Rows found false, by model and row. */
  readonly struckRows: Table<string, { readonly model: number; readonly row: number }>
  readonly stopped: Table<number, object>
  /** Demands for rows, by model and row. */
  readonly demands: Table<string, Demand>
  readonly shown: Table<string, object>
  /** Demands that ended without their row. */
  readonly closed: Table<string, object>
  readonly appeals: Table<bigint, Appeal>
  /** Appeals that were ruled or lapsed. */
  readonly decided: Table<bigint, { readonly how: string }>
  /** Every bounty paid. */
  readonly bounties: Table<string, { readonly account: number; readonly amountGwei: bigint }>
}

export type Told<Fact> = Fact & { readonly block: bigint }
export type Table<Key, Fact> = Map<Key, Told<Fact>>

export interface Model {
  readonly model: number
  readonly owner: number
  readonly root: Hex
  readonly indexHash: Hex
  readonly indexURI: string
  readonly rowCount: number
  readonly dims: number
  readonly topK: number
  readonly versions: readonly bigint[]
}

export interface Contribution {
  readonly dataset: number
  readonly contributor: number
  readonly itemsRoot: Hex
  readonly itemCount: number
}

export interface Batch {
  readonly header: BatchHeader
  readonly records: Uint8Array
}

export interface Demand {
  readonly model: number
  readonly row: number
  readonly demander: number
  readonly dueAt: number
  readonly feeGwei: bigint
}

export interface Appeal {
  readonly appellant: number
  readonly accused: number
  readonly model: number
  readonly batch: bigint
  readonly index: number
  readonly dueAt: number
  readonly groundsURI: string
}

export function emptyChronicle(): Chronicle {
  return {
    models: new Map(),
    contributions: new Map(),
    accepted: new Map(),
    withdrawn: new Map(),
    versions: new Map(),
    batches: new Map(),
    voided: new Map(),
    struckRows: new Map(),
    stopped: new Map(),
    demands: new Map(),
    shown: new Map(),
    closed: new Map(),
    appeals: new Map(),
    decided: new Map(),
    bounties: new Map(),
  }
}

/** How records and rows are keyed. */
export const recordKey = (batch: bigint, index: number | bigint): string => `${batch}/${index}`
export const rowKey = (model: number, row: number): string => `${model}/${row}`

/** Forgets everything above a block. */
export function undoAbove(chronicle: Chronicle, ancestor: bigint): void {
  for (const table of Object.values(chronicle) as Map<unknown, Told<object>>[]) {
    for (const [key, { block }] of table) if (block > ancestor) table.delete(key)
  }
}

/** Lets go of records that have matured and that no reorg brings back, so that a watcher can go on for years. */
export function forgetMatured({ batches }: Chronicle, beforeEpoch: number, belowBlock: bigint): void {
  for (const [number, { header, block }] of batches) {
    if (header.epoch < beforeEpoch && block < belowBlock) batches.delete(number)
  }
}

/** Adds what logs tell, in chain order. */
export function append(chronicle: Chronicle, { contracts }: Deployment, logs: readonly ChainLog[]): void {
  const { datasets, models, ledger, court } = contracts
  const tellers = new Map<string, Teller>([
    [datasets.toLowerCase(), tellDatasets],
    [models.toLowerCase(), tellModels],
    [ledger.toLowerCase(), tellLedger],
    [court.toLowerCase(), tellCourt],
  ])
  for (const log of logs) tellers.get(log.address.toLowerCase())?.(chronicle, log)
}

type Teller = (chronicle: Chronicle, log: ChainLog) => void

const tellDatasets: Teller = (chronicle, log) => {
  const { block } = log
  const { eventName, args } = readDatasets(log)
  if (eventName === 'ContributionSubmitted') chronicle.contributions.set(args.contribution, { ...args, block })
  if (eventName === 'ContributionAccepted') chronicle.accepted.set(args.contribution, { at: args.acceptedAt, block })
  if (eventName === 'ConsentWithdrawn') chronicle.withdrawn.set(args.contribution, { at: args.withdrawnAt, block })
  if (eventName === 'VersionFrozen') chronicle.versions.set(args.version, { ...args, block })
}

const tellModels: Teller = (chronicle, log) => {
  const { eventName, args } = readModels(log)
  if (eventName !== 'FineTuneRegistered') return
  const { model, owner, fineTune } = args
  const { versions, influence } = fineTune
  // Where contributors share equally there is no index, and no row that a record could get wrong.
  if (influence.topK === 0) return
  chronicle.models.set(model, { model, owner, versions, ...influence, block: log.block })
}

const tellLedger: Teller = (chronicle, log) => {
  const { block } = log
  const { eventName, args } = readLedger(log)
  if (eventName === 'BatchRecorded') {
    const { records, feesGwei: _, ...header } = args
    chronicle.batches.set(args.batch, { header, records: hexToBytes(records), block })
  }
  if (eventName === 'RecordVoided') chronicle.voided.set(recordKey(args.batch, args.index), { block })
  if (eventName === 'ModelStopped') chronicle.stopped.set(args.model, { block })
  if (eventName === 'BondSlashed') {
    const paid = { account: args.beneficiary, amountGwei: args.bountyGwei }
    chronicle.bounties.set(`${log.blockHash}/${log.logIndex}`, { ...paid, block })
  }
}

const tellCourt: Teller = (chronicle, log) => {
  const { block } = log
  const { eventName, args } = readCourt(log)
  if (eventName === 'RowStruck') chronicle.struckRows.set(rowKey(args.model, args.row), { ...args, block })
  if (eventName === 'RowDemanded') chronicle.demands.set(rowKey(args.model, args.row), { ...args, block })
  if (eventName === 'RowShown') chronicle.shown.set(rowKey(args.model, args.row), { block })
  if (eventName === 'DemandClosed') chronicle.closed.set(rowKey(args.model, args.row), { block })
  if (eventName === 'AppealFiled') chronicle.appeals.set(args.appeal, { ...args, ...args.subject, block })
  if (eventName === 'AppealRuled') {
    chronicle.decided.set(args.appeal, { how: args.upheld ? 'upheld' : 'denied', block })
  }
  if (eventName === 'AppealLapsed') chronicle.decided.set(args.appeal, { how: 'lapsed', block })
}

/** Whether one of the versions froze with a contribution in it: accepted before, and not withdrawn before. */
export function isIncluded(chronicle: Chronicle, versions: readonly bigint[], contribution: Hex): boolean {
  const dataset = chronicle.contributions.get(contribution)?.dataset
  const acceptedAt = chronicle.accepted.get(contribution)?.at
  if (dataset === undefined || acceptedAt === undefined) return false
  const withdrawnAt = chronicle.withdrawn.get(contribution)?.at ?? Number.POSITIVE_INFINITY
  return versions.some((name) => {
    const version = chronicle.versions.get(name)
    return version?.dataset === dataset && acceptedAt < version.frozenAt && withdrawnAt > version.frozenAt
  })
}
