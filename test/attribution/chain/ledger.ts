import {
  type Address,
  createTestClient,
  type Hex,
  http,
  keccak256,
  maxUint256,
  numberToHex,
  parseEther,
  toHex,
} from 'viem'
import type { LocalAccount } from 'viem/accounts'
import { ensureAccount } from '../../../pipeline/publish/account.ts'
import { ensureDataset, ensureVersion } from '../../../pipeline/publish/dataset.ts'
import { decodeDraft } from '../../../pipeline/publish/register.ts'
import { bondOfAccount } from '../../../sdk/bond.ts'
import { callTo, eventIn } from '../../../sdk/contractCall.ts'
import { contributionId } from '../../../sdk/contribution.ts'
import { type LocalLedger, startLocalLedger } from '../../support/localLedger.ts'
import type { DrawnModel, Trained } from './drawnModel.ts'
import { type Send, sender } from './send.ts'

/** A real ledger on which models are registered, served and settled by the dozen. */

export interface QuickLedger {
  readonly local: LocalLedger
  readonly send: Send
  readonly operators: readonly { readonly account: number; readonly by: Address }[]
  readonly payer: { readonly account: number; readonly by: Address; readonly signer: LocalAccount }
  /** By what it is good for. */
  readonly trained: Readonly<Record<'one' | 'some' | 'most', Trained>>
}

/** So many gwei that no bond of a test lacks any. */
const OPERATOR_BOND = 50_000_000n * 10n ** 9n
const PAYERS_OPEN = parseEther('500000000')
const CONTRIBUTORS = 6
/** Items of a contribution each. */
const ITEMS = {
  one: [3],
  some: [1, 3, 15, 16, 20, 40, 9, 64, 5, 130, 1_025, 2_050, 17, 2],
  // 1,024 units of 1,024 rows, in contributions that fit a page with sketches of any length.
  most: [...new Array<number>(24).fill(41 * 1_024), 40 * 1_024],
} as const

export async function startQuickLedger(): Promise<QuickLedger> {
  const local = await startLocalLedger(CONTRIBUTORS, { keepsHistory: false })
  const { connection, wallets, walletOf } = local
  const { contracts, reader } = connection
  const send = sender(connection)
  const { deployer, payers, owner } = wallets
  const [payer, second] = payers
  if (payer === undefined || second === undefined) throw new Error('There are two payers')
  const operators = [wallets.operator, second]
  const { openToken, bonds, earnings, court } = contracts
  await send(deployer.address, callTo(openToken, 'transfer', [payer.address, PAYERS_OPEN]))
  await send(deployer.address, callTo(openToken, 'approve', [bonds.address, maxUint256]))
  await send(payer.address, callTo(openToken, 'approve', [earnings.address, maxUint256]))
  const accounts: number[] = []
  for (const by of operators) {
    const account = await ensureAccount(connection, walletOf(by))
    await send(by.address, callTo(court, 'setReceiptKey', [by.address]))
    await send(deployer.address, callTo(bonds, 'deposit', [bondOfAccount(account), OPERATOR_BOND]))
    accounts.push(account)
  }
  await ensureAccount(connection, walletOf(owner))
  // Strikes and voids without a case: the courts' own rules are tested elsewhere.
  const node = createTestClient({ mode: 'anvil', chain: reader.chain, transport: http() })
  await node.impersonateAccount({ address: court.address })
  await node.setBalance({ address: court.address, value: parseEther('1000') })
  return {
    local,
    send,
    operators: operators.map(({ address }, i) => ({ account: accounts[i] as number, by: address })),
    payer: {
      account: await ensureAccount(connection, walletOf(payer)),
      by: payer.address,
      signer: payer,
    },
    trained: {
      one: await contribute(local, send, ITEMS.one, 1),
      some: await contribute(local, send, ITEMS.some, 2),
      most: await contribute(local, send, ITEMS.most, 3),
    },
  }
}

/** Contributions of so many items, whose roots nobody will ask for. */
async function contribute(
  { connection, wallets, walletOf }: LocalLedger,
  send: Send,
  counts: readonly number[],
  seed: number,
): Promise<Trained> {
  const { contracts } = connection
  const termsHash = keccak256('0x01')
  const dataset = await ensureDataset(connection, walletOf(wallets.curator), {
    licence: 'CC0-1.0',
    termsHash,
    metadataHash: keccak256(numberToHex(seed)),
    metadataURI: 'ipfs://card',
  })
  const contributions: { id: Hex; items: number }[] = []
  for (const [i, items] of counts.entries()) {
    const holder = wallets.contributors[i % wallets.contributors.length] as LocalAccount
    const contributor = await ensureAccount(connection, walletOf(holder))
    const itemsRoot = keccak256(toHex(`${seed}: ${i}`))
    await send(holder.address, callTo(contracts.datasets, 'contribute', [dataset, termsHash, itemsRoot, items]))
    contributions.push({ id: contributionId(dataset, contributor, itemsRoot, items), items })
  }
  const ids = contributions.map(({ id }) => id)
  const version = await ensureVersion(connection, walletOf(wallets.curator), dataset, ids)
  const { baseOwner } = wallets
  await ensureAccount(connection, walletOf(baseOwner))
  const weightsHash = keccak256(numberToHex(seed))
  const base = { name: 'base', licence: 'MIT', weightsHash, weightsURI: 'npm base', royaltyBps: 300 }
  const receipt = await send(baseOwner.address, callTo(contracts.models, 'registerBase', [base]))
  const parent = eventIn(receipt, contracts.models, 'BaseModelRegistered').model
  return { versions: [version], parent, contributions }
}

/** Registers a model, and lets both operators serve it once it is active. */
export async function register(
  { local, send, operators }: QuickLedger,
  { fineTune, pages }: DrawnModel,
): Promise<number> {
  const { connection, wallets } = local
  const { fineTunes, models } = connection.contracts
  const owner = wallets.owner.address
  const [first, ...others] = pages
  if (first === undefined) throw new Error('A model has a page')
  const begun = eventIn(
    await send(owner, callTo(fineTunes, 'registerFineTune', [fineTune, first])),
    fineTunes,
    'UnitsRegistered',
  )
  let { draft } = begun
  for (const page of others) {
    const call = callTo(fineTunes, 'continueFineTune', [begun.model, fineTune, decodeDraft(draft), page])
    draft = eventIn(await send(owner, call), fineTunes, 'UnitsRegistered').draft
  }
  for (const { account } of operators) await send(owner, callTo(models, 'setOperator', [begun.model, account, true]))
  return begun.model
}
