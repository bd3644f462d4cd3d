import { type ContractFunctionArgs, zeroHash } from 'viem'
import { keccak } from '../../attribution/keccak.ts'
import { registeredPlan } from '../../attribution/unitPages.ts'
import type { abis, Connection } from '../../sdk/contracts.ts'
import { StopError } from '../../sdk/errors.ts'
import type { FeeShares, PayTerms } from './payTerms.ts'
import type { PreparedRun } from './prepareRun.ts'

/** What is registered of a prepared run, and whether it was already. */

export interface Registration {
  readonly shares: FeeShares
  readonly pay: PayTerms
  /** Where blobs can be fetched; a blob's address is this and its hash. */
  readonly blobsAt: string
}

/** As `FineTunes.registerFineTune` takes it, and `FineTuneBegun` tells it. */
export type FineTune = ContractFunctionArgs<typeof abis.fineTunes, 'nonpayable', 'registerFineTune'>[0]

/** A fine-tune on chain: begun, and registered once its last unit is. */
export interface KnownFineTune {
  readonly model: number
  readonly fineTune: FineTune
  readonly isRegistered: boolean
}

const methods = { full: 0, lora: 1, qlora: 2 } as const
const sources = { gradient: 0, representation: 1 } as const
const NO_INDEX = { fileHash: zeroHash, fileURI: '', dims: 0, source: sources.gradient }

export function fineTuneOf(prepared: PreparedRun, parent: number, { shares, pay, blobsAt }: Registration): FineTune {
  const { run } = prepared
  const { manifest } = run
  const { quantisation } = manifest
  return {
    parent,
    versions: manifest.dataset.versions.map(BigInt),
    adapterHash: run.adapterHash,
    manifestHash: run.manifestHash,
    manifestURI: `${blobsAt}${run.manifestHash}`,
    method: methods[manifest.method],
    quantisation: {
      scheme: quantisation?.scheme ?? '',
      bits: quantisation?.bits ?? 0,
      doubleQuant: quantisation?.doubleQuant ?? false,
    },
    index: indexOf(prepared, blobsAt),
    plan: planOf(prepared),
    shares,
    pay,
  }
}

function indexOf(prepared: PreparedRun, blobsAt: string): FineTune['index'] {
  if (prepared.kind === 'equal-split') return NO_INDEX
  const { source } = prepared.run.manifest.sketch
  const fileHash = keccak(prepared.units.file)
  return { fileHash, fileURI: `${blobsAt}${fileHash}`, dims: prepared.units.index.k, source: sources[source] }
}

function planOf(prepared: PreparedRun): FineTune['plan'] {
  return prepared.kind === 'equal-split'
    ? registeredPlan(prepared.plan, [])
    : registeredPlan(prepared.units.plan, prepared.units.given)
}

/** What `owner` has registered, or begun to, of the same run. Refuses a run that is on chain with other terms: they are for good. */
export async function findFineTune(
  { reader, contracts, fromBlock }: Connection,
  owner: number,
  wanted: FineTune,
): Promise<KnownFineTune | undefined> {
  const events = await reader.getContractEvents({
    ...contracts.fineTunes,
    eventName: 'FineTuneBegun',
    args: { owner },
    fromBlock,
    strict: true,
  })
  const ofRun = events.filter(({ args }) => args.fineTune.manifestHash === wanted.manifestHash)
  const found = ofRun.find(({ args }) => differences(args.fineTune, wanted).length === 0)
  if (found !== undefined) {
    const { model, fineTune } = found.args
    const activeFrom = await reader.readContract({ ...contracts.models, functionName: 'activeFrom', args: [model] })
    return { model, fineTune, isRegistered: activeFrom !== 0 }
  }
  const other = ofRun.at(-1)
  if (other === undefined) return undefined
  const { model, fineTune } = other.args
  throw new StopError(
    `This run is model ${model} already, registered with other terms: ${differences(fineTune, wanted).join(', ')}`,
    { model },
    'Terms are final. Publish it again with the same terms, or train another run.',
  )
}

/** What would be another model. Where files can be fetched is not asked. */
function differences(registered: FineTune, wanted: FineTune): readonly string[] {
  const compared = {
    parent: [registered.parent, wanted.parent],
    versions: [registered.versions.join(), wanted.versions.join()],
    adapter: [registered.adapterHash, wanted.adapterHash],
    'row index': [registered.index.fileHash, wanted.index.fileHash],
    units: [registered.plan.count, wanted.plan.count],
    'contributor share': [registered.shares.contributorBps, wanted.shares.contributorBps],
    'operator share': [registered.shares.operatorBps, wanted.shares.operatorBps],
    royalty: [registered.shares.royaltyBps, wanted.shares.royaltyBps],
    base: [registered.pay.baseBps, wanted.pay.baseBps],
    floor: [registered.pay.floorBps, wanted.pay.floorBps],
    sketched: [registered.pay.sketched, wanted.pay.sketched],
    'fee unit': [registered.pay.feeUnitGwei, wanted.pay.feeUnitGwei],
  }
  return Object.entries(compared).flatMap(([name, [found, asked]]) =>
    found === asked ? [] : [`${name} ${found}, not ${asked}`],
  )
}
