import { type Hex, keccak256, type LocalAccount, numberToHex, toHex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { rootOf } from '../../attribution/merkle.ts'
import { type PageLimits, registeredPlan } from '../../attribution/unitPages.ts'
import { ensureAccount } from '../../pipeline/publish/account.ts'
import { ensureContribution } from '../../pipeline/publish/contribute.ts'
import { ensureDataset, ensureVersion } from '../../pipeline/publish/dataset.ts'
import type { FineTune } from '../../pipeline/publish/fineTune.ts'
import { DEFAULT_PAY, type FeeShares, type PayTerms, payTermsOf } from '../../pipeline/publish/payTerms.ts'
import { ensureOperator, pageLimits, registerPages, sketchedPages } from '../../pipeline/publish/register.ts'
import type { UnitIndex } from '../../pipeline/publish/unitIndex.ts'
import { ensureBond } from '../../pipeline/serve/bond.ts'
import { ensureChannel } from '../../pipeline/serve/channel.ts'
import { drawUnits } from '../../scripts/bench/gas/drawnModel.ts'
import { bondOfAccount, bondOfModel } from '../../sdk/bond.ts'
import type { ChannelKey } from '../../sdk/channel.ts'
import { itemsTree } from '../../sdk/contribution.ts'
import { act, eventIn, transact } from '../../sdk/transact.ts'
import { WEI_PER_GWEI } from '../../sdk/units.ts'
import type { LocalLedger } from './localLedger.ts'

/** A model with drawn rows on a local ledger: contributions, units and row index as they would come from a training run. */

export interface LocalContribution {
  readonly id: Hex
  readonly dataset: number
  readonly contributor: number
  readonly itemHashes: readonly Hex[]
}

export interface LocalModel {
  readonly model: number
  readonly parent: number
  readonly owner: number
  readonly fineTune: FineTune
  readonly units: UnitIndex
  /** In the order in which they were accepted. */
  readonly contributions: readonly LocalContribution[]
}

export interface ModelToDraw {
  /** Items of each contributor, one contribution each. */
  readonly items: readonly number[]
  readonly k?: number
  readonly seed?: number
  readonly pay?: PayTerms
  readonly shares?: FeeShares
  readonly limits?: PageLimits
  /** Registers only so many pages, as if the line had been cut. */
  readonly pages?: number
  /** Changes what is registered, to tell a lie. */
  readonly falsify?: (units: UnitIndex) => UnitIndex
}

export const LOCAL_SHARES: FeeShares = { contributorBps: 5_500, operatorBps: 2_000, royaltyBps: 100 }
export const ACTIVATION_SECONDS = 3 * 86_400
/** What signs the receipts of the local ledger's operator. */
export const receiptKey: LocalAccount = privateKeyToAccount(keccak256(toHex('receipts')))

export async function registerLocalModel(local: LocalLedger, drawn: ModelToDraw): Promise<LocalModel> {
  const { k = 64, seed = 1, pay = payTermsOf(DEFAULT_PAY), shares = LOCAL_SHARES, falsify = (units) => units } = drawn
  const { connection, cast, walletOf } = local
  const contributions = await contribute(local, drawn.items, seed)
  const curator = walletOf(cast.curator)
  const [first] = contributions
  if (first === undefined) throw new Error('A model has contributions')
  const version = await ensureVersion(
    connection,
    curator,
    first.dataset,
    contributions.map(({ id }) => id),
  )
  const units = falsify(drawUnits(contributions, k, seed))
  const parent = await registerBase(local, seed)
  const owner = await ensureAccount(connection, walletOf(cast.owner))
  const fineTune: FineTune = {
    parent,
    versions: [version],
    adapterHash: keccak256('0x04'),
    manifestHash: keccak256(numberToHex(seed)),
    manifestURI: 'ipfs://run',
    method: 2,
    quantisation: { scheme: 'nf4', bits: 4, doubleQuant: true },
    index: { fileHash: keccak256(units.file), fileURI: `ipfs://${seed}`, dims: k, source: 0 },
    plan: registeredPlan(units.plan, units.given),
    shares,
    pay,
  }
  const pages = sketchedPages(units, drawn.limits ?? pageLimits(k)).slice(0, drawn.pages)
  const model = await registerPages(connection, walletOf(cast.owner), fineTune, pages)
  return { model, parent, owner, fineTune, units, contributions }
}

/** Lets the cast's operator serve a model: named by its owner, with a receipt key and bonds, once the model is active. */
export async function letOperate(local: LocalLedger, model: number, bondGwei = 1_000_000_000_000n): Promise<number> {
  const { connection, cast, walletOf } = local
  const { reader, contracts } = connection
  const operator = await ensureAccount(connection, walletOf(cast.operator))
  await ensureOperator(connection, walletOf(cast.owner), model, operator)
  const args = [operator] as const
  if (!(await reader.readContract({ ...contracts.court, functionName: 'hasReceiptKey', args }))) {
    await transact(reader, walletOf(cast.operator), act(contracts.court, 'setReceiptKey', [receiptKey.address]))
  }
  for (const bond of [bondOfAccount(operator), bondOfModel(model)]) {
    await ensureBond(connection, walletOf(cast.deployer), bond, bondGwei)
  }
  await local.passSeconds(ACTIVATION_SECONDS)
  return operator
}

export interface LocalChannel extends ChannelKey {
  readonly id: Hex
  /** Signs its vouchers. */
  readonly signer: LocalAccount
}

/** A channel of one of the cast's payers, funded from the deployer's OPEN. */
export async function openLocalChannel(
  local: LocalLedger,
  place: { readonly payer?: number; readonly operator: number; readonly model: number; readonly salt?: number },
  amountGwei = 1_000_000_000_000n,
): Promise<LocalChannel> {
  const { connection, cast, walletOf } = local
  const { payer: number = 0, operator, model, salt = 1 } = place
  const holder = cast.payers[number]
  if (holder === undefined) throw new Error(`The cast has no payer ${number}`)
  await fund(local, holder, amountGwei)
  const payer = await ensureAccount(connection, walletOf(holder))
  const signer = privateKeyToAccount(keccak256(toHex(`vouchers of ${number}`)))
  const key = { payer, operator, model, salt }
  const id = await ensureChannel(connection, walletOf(holder), { ...key, signer: signer.address, amountGwei })
  return { ...key, id, signer }
}

/** Sends OPEN from the deployer, who holds the supply. */
export async function fund({ connection, cast, walletOf }: LocalLedger, to: LocalAccount, gwei: bigint): Promise<void> {
  const { reader, contracts } = connection
  const transfer = act(contracts.openToken, 'transfer', [to.address, gwei * WEI_PER_GWEI])
  await transact(reader, walletOf(cast.deployer), transfer)
}

async function registerBase({ connection, cast, walletOf }: LocalLedger, seed: number): Promise<number> {
  const { reader, contracts } = connection
  await ensureAccount(connection, walletOf(cast.baseOwner))
  const weightsHash = keccak256(numberToHex(seed))
  const base = { name: 'base', licence: 'MIT', weightsHash, weightsURI: 'npm base', royaltyBps: 300 }
  const receipt = await transact(reader, walletOf(cast.baseOwner), act(contracts.models, 'registerBase', [base]))
  return eventIn(receipt, contracts.models, 'BaseModelRegistered').model
}

async function contribute(
  { connection, cast, walletOf }: LocalLedger,
  items: readonly number[],
  seed: number,
): Promise<readonly LocalContribution[]> {
  const terms = {
    licence: 'CC0-1.0',
    termsHash: keccak256('0x01'),
    metadataHash: keccak256(numberToHex(seed)),
    metadataURI: 'ipfs://card',
  }
  const dataset = await ensureDataset(connection, walletOf(cast.curator), terms)
  const contributions: LocalContribution[] = []
  for (const [i, count] of items.entries()) {
    const holder = cast.contributors[i]
    if (holder === undefined) throw new Error(`The cast has no contributor ${i}`)
    const itemHashes = Array.from({ length: count }, (_, item) => keccak256(toHex(`${seed}: item ${item} of ${i}`)))
    const commitment = {
      itemsRoot: rootOf(itemsTree(itemHashes)),
      items: itemHashes.map((itemHash) => ({ itemHash, salt: keccak256(itemHash) })),
    }
    const made = await ensureContribution(connection, walletOf(holder), dataset, commitment)
    contributions.push({ id: made.contribution, dataset, contributor: made.contributor, itemHashes })
  }
  return contributions
}
