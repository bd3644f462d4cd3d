import { type Hex, keccak256, type LocalAccount, toHex } from 'viem'
import { rootOf } from '../../attribution/merkle.ts'
import { registeredPlan } from '../../attribution/unitPages.ts'
import { depositBond } from '../../gateway/bond.ts'
import { DEFAULT_PAY, payTermsOf } from '../../pipeline/publish/payTerms.ts'
import { beginAct, decodeDraft, operatorAct, sketchedPages } from '../../pipeline/publish/register.ts'
import type { UnitIndex } from '../../pipeline/publish/unitIndex.ts'
import { bondOfAccount, bondOfModel } from '../../sdk/bond.ts'
import { callTo, eventIn } from '../../sdk/contractCall.ts'
import { contributionId, itemsTree } from '../../sdk/contribution.ts'
import { transact } from '../../sdk/node/transactions/transact.ts'
import { contributionTypedData } from '../../sdk/typedData.ts'
import { type Context, keyNamed, openAccounts, type Sent } from './context.ts'
import { drawUnits } from './drawnModel.ts'
import type { Measured } from './measured.ts'

/** A model as it gets onto the chain, and what each step of that costs. */

export interface BenchModel {
  readonly model: number
  readonly operator: number
  readonly k: number
  readonly units: UnitIndex
  /** The account that each unit pays. */
  readonly contributors: readonly number[]
  /** Its holders. */
  readonly holders: readonly LocalAccount[]
}

export interface ModelShape {
  readonly name: string
  readonly units: number
  readonly k: number
  readonly sketched?: boolean
}

/** Rows of every contribution, each of which is one unit. */
const ROWS = 18
const BOND_GWEI = 100_000_000_000_000n
const ACTIVATION_SECONDS = 3 * 86_400
export const receiptKey = keyNamed('receipts')

/** Registers a model of `units` units, each of another contributor, and lets the wallets' operator serve it. */
export async function registerModel(
  context: Context,
  shape: ModelShape,
): Promise<BenchModel & { readonly measured: readonly Measured[] }> {
  const { connection, wallets, measure } = context
  const { contracts } = connection
  const holders = Array.from({ length: shape.units }, (_, i) => keyNamed(`contributor ${i}`))
  const contributors = await accountsOf(context, holders)
  const dataset = await registerDataset(context, shape, holders, contributors)
  const units = drawUnits(dataset.contributions, shape.k, 1)
  const parent = await registerBase(context)
  const fineTune = {
    parent,
    versions: [dataset.version],
    adapterHash: keccak256(toHex('adapter')),
    manifestHash: keccak256(toHex(shape.name)),
    manifestURI: `https://example.org/${keccak256(toHex('run'))}`,
    method: 2,
    quantisation: { scheme: 'nf4', bits: 4, doubleQuant: true },
    index: {
      fileHash: keccak256(units.file),
      fileURI: `https://example.org/${keccak256(units.file)}`,
      dims: shape.k,
      source: 0,
    },
    plan: registeredPlan(units.plan, units.given),
    shares: { contributorBps: 6_000, operatorBps: 1_500, royaltyBps: 500 },
    pay: { ...payTermsOf(DEFAULT_PAY), sketched: shape.sketched ?? true },
  }
  const [first, ...others] = sketchedPages(units)
  if (first === undefined) throw new Error('A model has units')
  const sent: Sent[] = [await measure('', beginAct(contracts, fineTune, first), wallets.owner)]
  const told = eventIn((sent[0] as Sent).receipt, contracts.fineTunes, 'UnitsRegistered')
  let { draft } = told
  for (const page of others) {
    const call = callTo(contracts.fineTunes, 'continueFineTune', [told.model, fineTune, decodeDraft(draft), page])
    sent.push(await measure('', call, wallets.owner))
    draft = eventIn((sent.at(-1) as Sent).receipt, contracts.fineTunes, 'UnitsRegistered').draft
  }
  const operator = await letOperate(context, told.model)
  const gas = sent.reduce((sum, one) => sum + one.gas, 0n)
  const floor = sent.reduce((sum, one) => sum + one.floor, 0n)
  const pages = sent.length === 1 ? '' : ` in ${sent.length} transactions`
  const name = `register a fine-tune of ${shape.units} units at k = ${shape.k}${pages}`
  return {
    model: told.model,
    operator,
    k: shape.k,
    units,
    contributors,
    holders,
    measured: [
      ...dataset.measured,
      { name, gas, floor },
      { name: `each unit of ${shape.units}, registered`, gas: gas / BigInt(shape.units) },
    ],
  }
}

async function accountsOf(context: Context, holders: readonly LocalAccount[]): Promise<readonly number[]> {
  const { reader, contracts } = context.connection
  const known = await Promise.all(
    holders.map(({ address }) =>
      reader.readContract({ ...contracts.accounts, functionName: 'accountOf', args: [address] }),
    ),
  )
  const missing = holders.filter((_, i) => known[i] === 0).map(({ address }) => address)
  const opened = await openAccounts(context, missing)
  return known.map((account) => (account === 0 ? (opened.shift() as number) : account))
}

async function registerDataset(
  { connection, wallets, measure }: Context,
  shape: ModelShape,
  holders: readonly LocalAccount[],
  contributors: readonly number[],
) {
  const { reader, contracts } = connection
  const { datasets } = contracts
  const termsHash = keccak256(toHex('terms'))
  const terms = { licence: 'CC0-1.0', termsHash, metadataHash: keccak256(toHex(shape.name)), metadataURI: 'https://x' }
  const registered = await measure('register a dataset', callTo(datasets, 'register', [terms]), wallets.curator)
  const { dataset } = eventIn(registered.receipt, datasets, 'DatasetRegistered')
  const contributions: { readonly id: Hex; readonly itemHashes: readonly Hex[] }[] = []
  const submitted: Sent[] = []
  for (const [i, holder] of holders.entries()) {
    const contributor = contributors[i] as number
    const itemHashes = Array.from({ length: ROWS }, (_, item) => keccak256(toHex(`${shape.name} ${i} ${item}`)))
    const itemsRoot = rootOf(itemsTree(itemHashes))
    const nonce = await reader.readContract({ ...datasets, functionName: 'nonces', args: [holder.address] })
    const message = { contributor, dataset, termsHash, itemsRoot, itemCount: ROWS, nonce, deadline: 2n ** 40n }
    const place = { chainId: reader.chain.id, address: datasets.address }
    const signature = await holder.signTypedData(contributionTypedData(place, message))
    const args = [contributor, dataset, termsHash, itemsRoot, ROWS, message.deadline, signature] as const
    submitted.push(
      await measure('contribute, brought by another', callTo(datasets, 'contributeBySig', args), wallets.curator),
    )
    contributions.push({ id: contributionId(dataset, contributor, itemsRoot, ROWS), itemHashes })
  }
  const accepted: Sent[] = []
  for (let at = 0; at < contributions.length; at += 250) {
    const ids = contributions.slice(at, at + 250).map(({ id }) => id)
    accepted.push(await measure('accept contributions', callTo(datasets, 'accept', [ids]), wallets.curator))
  }
  const frozen = await measure('freeze a version', callTo(datasets, 'freeze', [dataset]), wallets.curator)
  const acceptedGas = accepted.reduce((sum, { gas }) => sum + gas, 0n)
  return {
    contributions,
    version: eventIn(frozen.receipt, datasets, 'VersionFrozen').version,
    measured: [
      plain(registered),
      plain(submitted.at(-1) as Sent),
      {
        name: `accept a contribution, each of ${contributions.length}`,
        gas: acceptedGas / BigInt(contributions.length),
      },
      plain(frozen),
    ],
  }
}

async function registerBase(context: Context): Promise<number> {
  const { connection, wallets, walletOf } = context
  const { reader, contracts } = connection
  await accountsOf(context, [wallets.baseOwner, wallets.owner, wallets.operator])
  const base = {
    name: 'base',
    licence: 'Apache-2.0',
    weightsHash: keccak256(toHex('w')),
    weightsURI: '',
    royaltyBps: 300,
  }
  const receipt = await transact(reader, walletOf(wallets.baseOwner), callTo(contracts.models, 'registerBase', [base]))
  return eventIn(receipt, contracts.models, 'BaseModelRegistered').model
}

async function letOperate(context: Context, model: number): Promise<number> {
  const { connection, wallets, walletOf } = context
  const { reader, contracts } = connection
  const [operator] = await accountsOf(context, [wallets.operator])
  if (operator === undefined) throw new Error('The operator has an account')
  await transact(reader, walletOf(wallets.owner), operatorAct(contracts, model, operator))
  const args = [operator] as const
  if (!(await reader.readContract({ ...contracts.court, functionName: 'hasReceiptKey', args }))) {
    await transact(reader, walletOf(wallets.operator), callTo(contracts.court, 'setReceiptKey', [receiptKey.address]))
  }
  for (const bond of [bondOfAccount(operator), bondOfModel(model)]) {
    await depositBond(connection, walletOf(wallets.deployer), bond, BOND_GWEI)
  }
  await context.passSeconds(ACTIVATION_SECONDS)
  return operator
}

function plain({ name, gas }: Sent): Measured {
  return { name, gas }
}
