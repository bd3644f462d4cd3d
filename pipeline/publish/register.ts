import { type Hex, zeroHash } from 'viem'
import { keccak } from '../../attribution/keccak.ts'
import type { Wallet } from '../../sdk/chain.ts'
import type { Connection, Contracts } from '../../sdk/contracts.ts'
import { type Act, act, eventIn, transact } from '../../sdk/transact.ts'
import type { RunManifest } from '../run/manifest.ts'
import type { AttributedRun, PreparedRun } from './prepareRun.ts'

/** A prepared run → a base model and a fine-tune on chain, each registered once. */

export interface FeeShares {
  readonly contributorBps: number
  readonly operatorBps: number
  readonly royaltyBps: number
}

export interface Registration {
  readonly shares: FeeShares
  /** Where blobs can be fetched; a blob's address is this and its hash. */
  readonly blobsAt: string
}

const methods = { full: 0, lora: 1, qlora: 2 } as const
const rules = { attribution: 0, 'equal-split': 1 } as const
const sources = { gradient: 0, representation: 1 } as const

export function baseAct({ models }: Contracts, { base }: RunManifest, royaltyBps: number): Act {
  return act(models, 'registerBase', [
    {
      name: base.name,
      licence: base.licence,
      weightsHash: weightsHashOf(base),
      weightsURI: `${base.source}@${base.revision}`,
      royaltyBps,
    },
  ])
}

export function fineTuneAct({ models }: Contracts, prepared: PreparedRun, parent: number, terms: Registration): Act {
  const { run } = prepared
  const { manifest } = run
  const { quantisation } = manifest
  return act(models, 'registerFineTune', [
    {
      parent,
      versions: manifest.dataset.versions.map(BigInt),
      adapterHash: run.adapterHash,
      manifestHash: run.manifestHash,
      manifestURI: `${terms.blobsAt}${run.manifestHash}`,
      method: methods[manifest.method],
      quantisation: {
        scheme: quantisation?.scheme ?? '',
        bits: quantisation?.bits ?? 0,
        doubleQuant: quantisation?.doubleQuant ?? false,
      },
      influence:
        prepared.rule === 'attribution' ? indexOf(prepared, terms) : { ...NO_INDEX, rowCount: run.rows.length },
      shares: terms.shares,
      rule: rules[prepared.rule],
    },
  ])
}

function indexOf({ run, indexFile, indexRoot }: AttributedRun, { blobsAt }: Registration) {
  const { sketch } = run.manifest
  const indexHash = keccak(indexFile)
  return {
    root: indexRoot,
    indexHash,
    indexURI: `${blobsAt}${indexHash}`,
    rowCount: run.rows.length,
    dims: sketch.dims,
    topK: sketch.topK,
    source: sources[sketch.source],
  }
}

const NO_INDEX = { root: zeroHash, indexHash: zeroHash, indexURI: '', dims: 0, topK: 0, source: sources.gradient }

/** The base model with these weights, whoever registered it first. */
export async function findBase({ reader, contracts, fromBlock }: Connection, { base }: RunManifest) {
  const events = await reader.getContractEvents({
    ...contracts.models,
    eventName: 'BaseModelRegistered',
    fromBlock,
    strict: true,
  })
  return events.find(({ args }) => args.base.weightsHash === weightsHashOf(base))?.args.model
}

/** The model that `owner` registered for this very run, by this rule and with this index. */
export async function findFineTune({ reader, contracts, fromBlock }: Connection, owner: number, prepared: PreparedRun) {
  const events = await reader.getContractEvents({
    ...contracts.models,
    eventName: 'FineTuneRegistered',
    args: { owner },
    fromBlock,
    strict: true,
  })
  const indexHash = prepared.rule === 'attribution' ? keccak(prepared.indexFile) : zeroHash
  return events.find(
    ({ args: { fineTune } }) =>
      fineTune.manifestHash === prepared.run.manifestHash &&
      fineTune.rule === rules[prepared.rule] &&
      fineTune.influence.indexHash === indexHash,
  )?.args.model
}

export async function ensureBase(
  connection: Connection,
  owner: Wallet,
  manifest: RunManifest,
  royaltyBps: number,
): Promise<number> {
  const found = await findBase(connection, manifest)
  if (found !== undefined) return found
  const { reader, contracts } = connection
  const receipt = await transact(reader, owner, baseAct(contracts, manifest, royaltyBps))
  return eventIn(receipt, contracts.models, 'BaseModelRegistered').model
}

export async function ensureFineTune(
  connection: Connection,
  owner: Wallet,
  account: number,
  prepared: PreparedRun,
  parent: number,
  terms: Registration,
): Promise<number> {
  const found = await findFineTune(connection, account, prepared)
  if (found !== undefined) return found
  const { reader, contracts } = connection
  const receipt = await transact(reader, owner, fineTuneAct(contracts, prepared, parent, terms))
  return eventIn(receipt, contracts.models, 'FineTuneRegistered').model
}

export function operatorAct({ models }: Contracts, model: number, operator: number): Act {
  return act(models, 'setOperator', [model, operator, true])
}

export async function ensureOperator(
  { reader, contracts }: Connection,
  owner: Wallet,
  model: number,
  operator: number,
): Promise<void> {
  const allowed = await reader.readContract({
    ...contracts.models,
    functionName: 'isOperator',
    args: [model, operator],
  })
  if (!allowed) await transact(reader, owner, operatorAct(contracts, model, operator))
}

function weightsHashOf({ weightsSha256 }: RunManifest['base']): Hex {
  return `0x${weightsSha256}`
}
