import { type Hex, keccak256, type LocalAccount, numberToHex, toHex, zeroHash } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { rootOf } from '../../attribution/merkle.ts'
import { type PageLimits, registeredPlan } from '../../attribution/unitPages.ts'
import { planUnits } from '../../attribution/unitPlan.ts'
import { type DrawnRows, drawRows, unitsOf } from '../../bench/gas/drawnModel.ts'
import { ensureBond } from '../../gateway/bond.ts'
import { ensureChannel } from '../../gateway/channels/openChannel.ts'
import { ensureAccount } from '../../pipeline/publish/account.ts'
import { ensureContribution } from '../../pipeline/publish/contribute.ts'
import { ensureDataset, ensureVersion } from '../../pipeline/publish/dataset.ts'
import type { FineTune } from '../../pipeline/publish/fineTune.ts'
import { DEFAULT_PAY, type FeeShares, type PayTerms, payTermsOf } from '../../pipeline/publish/payTerms.ts'
import {
  ensureOperator,
  pageLimits,
  registerPages,
  sketchedPages,
  unsketchedPages,
} from '../../pipeline/publish/register.ts'
import type { UnitIndex } from '../../pipeline/publish/unitIndex.ts'
import { bondOfAccount, bondOfModel } from '../../sdk/bond.ts'
import type { ChannelKey } from '../../sdk/channel.ts'
import { callTo, eventIn } from '../../sdk/contractCall.ts'
import { itemsTree } from '../../sdk/contribution.ts'
import { transact } from '../../sdk/node/transactions/transact.ts'
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

/** What models are trained on and from. */
export interface LocalData {
  /** In the order in which they were accepted. */
  readonly contributions: readonly LocalContribution[]
  readonly version: bigint
  readonly parent: number
}

export interface DataToDraw {
  /** Items of each contributor, one contribution each. */
  readonly items: readonly number[]
  readonly seed?: number
}

export interface ModelToRegister {
  readonly k?: number
  readonly seed?: number
  readonly pay?: PayTerms
  readonly shares?: FeeShares
  readonly limits?: PageLimits
  /** Registers only so many pages, as if the line had been cut. */
  readonly pages?: number
  /** Makes units of the drawn rows: others than `unitsOf` are a lie. */
  readonly make?: (drawn: DrawnRows) => UnitIndex
}

export const LOCAL_SHARES: FeeShares = { contributorBps: 5_500, operatorBps: 2_000, royaltyBps: 100 }
export const ACTIVATION_SECONDS = 3 * 86_400
/** What signs the receipts of the local ledger's operator. */
export const receiptKey: LocalAccount = privateKeyToAccount(keccak256(toHex('receipts')))

/** A model on data of its own. */
export async function registerLocalModel(local: LocalLedger, drawn: DataToDraw & ModelToRegister): Promise<LocalModel> {
  return await registerOn(local, await contributeLocal(local, drawn), drawn)
}

export async function contributeLocal(local: LocalLedger, { items, seed = 1 }: DataToDraw): Promise<LocalData> {
  const contributions = await contribute(local, items, seed)
  const [first] = contributions
  if (first === undefined) throw new Error('A model has contributions')
  const curator = local.walletOf(local.wallets.curator)
  const ids = contributions.map(({ id }) => id)
  const version = await ensureVersion(local.connection, curator, first.dataset, ids)
  return { contributions, version, parent: await registerBase(local, seed) }
}

/** A model on data that others may share. */
export async function registerOn(local: LocalLedger, data: LocalData, drawn: ModelToRegister): Promise<LocalModel> {
  const { connection, wallets, walletOf } = local
  const units = (drawn.make ?? unitsOf)(drawRows(data.contributions, drawn.k ?? 64, drawn.seed ?? 1))
  const owner = await ensureAccount(connection, walletOf(wallets.owner))
  const fineTune = localFineTune(data, units, drawn)
  const pages = sketchedPages(units, drawn.limits ?? pageLimits(units.index.k)).slice(0, drawn.pages)
  const model = await registerPages(connection, walletOf(wallets.owner), fineTune, pages)
  const { contributions, parent } = data
  return { model, parent, owner, fineTune, units, contributions }
}

/** A model whose contributors share equally, by their items: it has no sketches. */
export async function registerEqually(local: LocalLedger, data: LocalData, pay: PayTerms): Promise<number> {
  const { connection, wallets, walletOf } = local
  const contributions = data.contributions.toSorted((a, b) => (a.id < b.id ? -1 : 1))
  const plan = planUnits(contributions.map(({ id, itemHashes: { length } }) => ({ id, items: length, kept: length })))
  await ensureAccount(connection, walletOf(wallets.owner))
  const likeness = localFineTune(data, unitsOf(drawRows(data.contributions, 64, 1)), { seed: 3, pay })
  const index = { fileHash: zeroHash, fileURI: '', dims: 0, source: 0 }
  const fineTune = { ...likeness, index, plan: registeredPlan(plan, []) }
  return await registerPages(connection, walletOf(wallets.owner), fineTune, unsketchedPages(plan))
}

/** What is said of units when they are registered. */
export function localFineTune({ version, parent }: LocalData, units: UnitIndex, drawn: ModelToRegister): FineTune {
  const { seed = 1, pay = payTermsOf(DEFAULT_PAY), shares = LOCAL_SHARES } = drawn
  return {
    parent,
    versions: [version],
    adapterHash: keccak256('0x04'),
    manifestHash: keccak256(numberToHex(seed)),
    manifestURI: 'ipfs://run',
    method: 2,
    quantisation: { scheme: 'nf4', bits: 4, doubleQuant: true },
    index: { fileHash: keccak256(units.file), fileURI: `ipfs://${seed}`, dims: units.index.k, source: 0 },
    plan: registeredPlan(units.plan, units.given),
    shares,
    pay,
  }
}

/** Lets somebody, the wallets' operator if nobody else, serve a model: named by its owner, with a receipt key and bonds, once it is active. */
export async function letOperate(
  local: LocalLedger,
  model: number,
  bondGwei = 1_000_000_000_000n,
  { by, key }: Operating = operatorOf(local),
): Promise<number> {
  const { connection, wallets, walletOf } = local
  const { reader, contracts } = connection
  const operator = await ensureAccount(connection, walletOf(by))
  await ensureOperator(connection, walletOf(wallets.owner), model, operator)
  const args = [operator] as const
  if (!(await reader.readContract({ ...contracts.court, functionName: 'hasReceiptKey', args }))) {
    await transact(reader, walletOf(by), callTo(contracts.court, 'setReceiptKey', [key.address]))
  }
  for (const bond of [bondOfAccount(operator), bondOfModel(model)]) {
    await ensureBond(connection, walletOf(wallets.deployer), bond, bondGwei)
  }
  await local.passSeconds(ACTIVATION_SECONDS)
  await passToNextEpoch(local)
  return operator
}

/** When books close must not depend on the time of day at which a test is run. */
async function passToNextEpoch({ connection, passSeconds }: LocalLedger): Promise<void> {
  const { reader, contracts } = connection
  const now = await reader.readContract({ ...contracts.clock, functionName: 'time' })
  const { epochSeconds } = await reader.readContract({ ...contracts.ledger, functionName: 'terms' })
  await passSeconds(epochSeconds - (now % epochSeconds))
}

/** Who records calls, and what signs their receipts. */
export interface Operating {
  readonly by: LocalAccount
  readonly key: LocalAccount
}

export function operatorOf({ wallets }: LocalLedger): Operating {
  return { by: wallets.operator, key: receiptKey }
}

export interface LocalChannel extends ChannelKey {
  readonly id: Hex
  /** Signs its vouchers. */
  readonly signer: LocalAccount
}

/** A channel of one of the wallets' payers, funded from the deployer's OPEN. */
export async function openLocalChannel(
  local: LocalLedger,
  place: { readonly payer?: number; readonly operator: number; readonly model: number; readonly salt?: number },
  amountGwei = 1_000_000_000_000n,
): Promise<LocalChannel> {
  const { connection, wallets, walletOf } = local
  const { payer: number = 0, operator, model, salt = 1 } = place
  const holder = wallets.payers[number]
  if (holder === undefined) throw new Error(`There is no payer ${number}`)
  await fund(local, holder, amountGwei)
  const payer = await ensureAccount(connection, walletOf(holder))
  const signer = privateKeyToAccount(keccak256(toHex(`vouchers of ${number}`)))
  const key = { payer, operator, model, salt }
  const id = await ensureChannel(connection, walletOf(holder), { ...key, signer: signer.address, amountGwei })
  return { ...key, id, signer }
}

/** Sends OPEN from the deployer, who holds the supply. */
export async function fund(
  { connection, wallets, walletOf }: LocalLedger,
  to: LocalAccount,
  gwei: bigint,
): Promise<void> {
  const { reader, contracts } = connection
  const transfer = callTo(contracts.openToken, 'transfer', [to.address, gwei * WEI_PER_GWEI])
  await transact(reader, walletOf(wallets.deployer), transfer)
}

async function registerBase({ connection, wallets, walletOf }: LocalLedger, seed: number): Promise<number> {
  const { reader, contracts } = connection
  await ensureAccount(connection, walletOf(wallets.baseOwner))
  const weightsHash = keccak256(numberToHex(seed))
  const base = { name: 'base', licence: 'MIT', weightsHash, weightsURI: 'npm base', royaltyBps: 300 }
  const receipt = await transact(reader, walletOf(wallets.baseOwner), callTo(contracts.models, 'registerBase', [base]))
  return eventIn(receipt, contracts.models, 'BaseModelRegistered').model
}

async function contribute(
  { connection, wallets, walletOf }: LocalLedger,
  items: readonly number[],
  seed: number,
): Promise<readonly LocalContribution[]> {
  const terms = {
    licence: 'CC0-1.0',
    termsHash: keccak256('0x01'),
    metadataHash: keccak256(numberToHex(seed)),
    metadataURI: 'ipfs://card',
  }
  const dataset = await ensureDataset(connection, walletOf(wallets.curator), terms)
  const contributions: LocalContribution[] = []
  for (const [i, count] of items.entries()) {
    const holder = wallets.contributors[i]
    if (holder === undefined) throw new Error(`There is no contributor ${i}`)
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
