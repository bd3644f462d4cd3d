import { type Hex, keccak256, type LocalAccount, toBytes } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { coverFor, ensureBond } from '../../gateway/bond.ts'
import { ensureChannel } from '../../gateway/channels/openChannel.ts'
import { ensureAccount } from '../../pipeline/publish/account.ts'
import { bondOfAccount, bondOfModel } from '../../sdk/bond.ts'
import type { ChannelKey } from '../../sdk/channel.ts'
import { callTo } from '../../sdk/contractCall.ts'
import { transact } from '../../sdk/node/transactions/transact.ts'
import { WEI_PER_GWEI } from '../../sdk/units.ts'
import { type Context, walletOf } from './context.ts'
import type { PublishedTask } from './publishing.ts'
import { FEE_GWEI } from './settings.ts'

/** Money put down before the first call: payers' channels, and the bonds of the operator and of the models. */

export interface PayerChannel extends ChannelKey {
  readonly id: Hex
  /** Signs its vouchers. */
  readonly signer: LocalAccount
}

const SALT = 1

/** A channel of every payer for every model, holding what the payer's calls cost. */
export async function openChannels(
  context: Context,
  tasks: readonly PublishedTask[],
): Promise<readonly (readonly PayerChannel[])[]> {
  const { connection, wallets } = context
  const depositOf = ({ demo }: PublishedTask) => callsOfPayer(context, demo.scenario.heldOut) * FEE_GWEI
  const all = tasks.reduce((sum, task) => sum + depositOf(task), 0n)
  const channels: PayerChannel[][] = tasks.map(() => [])
  for (const holder of wallets.payers) {
    const payer = await ensureAccount(connection, walletOf(context, holder))
    await fundOnce(context, holder, all)
    const signer = privateKeyToAccount(keccak256(toBytes(`signs vouchers of ${holder.address}`)))
    for (const [i, task] of tasks.entries()) {
      const { operator, publication } = task.published
      const key = { payer, operator, model: publication.model, salt: SALT }
      const plan = { ...key, signer: signer.address, amountGwei: depositOf(task) }
      channels[i]?.push({ ...key, id: await ensureChannel(connection, walletOf(context, holder), plan), signer })
    }
  }
  return channels
}

/** Puts down what operator and models answer with for all calls of the demo; any holder of OPEN may do it for them. */
export async function bondServers(context: Context, tasks: readonly PublishedTask[]): Promise<void> {
  const { connection, wallets } = context
  const funder = walletOf(context, wallets.deployer)
  const calls = (some: readonly PublishedTask[]) => some.reduce((sum, { demo }) => sum + demo.scenario.heldOut, 0)
  const costGwei = (some: readonly PublishedTask[]) => BigInt(calls(some)) * FEE_GWEI
  for (const operator of new Set(tasks.map(({ published }) => published.operator))) {
    const own = tasks.filter(({ published }) => published.operator === operator)
    const amount = await coverFor(connection, { feesGwei: costGwei(own), records: calls(own) })
    await ensureBond(connection, funder, bondOfAccount(operator), amount)
  }
  // A model's bond answers for its contributors' pools, which are less than its fees.
  const { minimumGwei } = await connection.reader.readContract({ ...connection.contracts.bonds, functionName: 'rule' })
  for (const task of tasks) {
    const bond = bondOfModel(task.published.publication.model)
    await ensureBond(connection, funder, bond, minimumGwei + costGwei([task]))
  }
}

/** A channel beside those of the demo's own calls, for the reader’s own calls. */
export async function openTab(context: Context, { published }: PublishedTask) {
  const { connection, wallets } = context
  const [holder] = wallets.payers
  if (holder === undefined) throw new Error('The demo has payers')
  const payer = await ensureAccount(connection, walletOf(context, holder))
  const { reader, contracts } = connection
  const key = { payer, operator: published.operator, model: published.publication.model, salt: TAB_SALT }
  const { depositGwei } = await reader.readContract({ ...contracts.channels, functionName: 'channelOf', args: [key] })
  if (depositGwei < TAB_GWEI) {
    const gift = callTo(contracts.openToken, 'transfer', [holder.address, (TAB_GWEI - depositGwei) * WEI_PER_GWEI])
    await transact(reader, walletOf(context, wallets.deployer), gift)
  }
  const signer = privateKeyToAccount(keccak256(toBytes(`signs for the tab of ${holder.address}`)))
  await ensureChannel(connection, walletOf(context, holder), { ...key, signer: signer.address, amountGwei: TAB_GWEI })
  return { payer, salt: TAB_SALT, signer, limitGwei: TAB_GWEI }
}

const TAB_SALT = 2
const TAB_GWEI = 10_000_000_000n

function callsOfPayer({ wallets }: Context, calls: number): bigint {
  return BigInt(Math.ceil(calls / wallets.payers.length))
}

async function fundOnce(context: Context, payer: LocalAccount, amountGwei: bigint): Promise<void> {
  const { connection, wallets } = context
  const { reader, contracts, fromBlock } = connection
  const given = await reader.getContractEvents({
    ...contracts.openToken,
    eventName: 'Transfer',
    args: { from: wallets.deployer.address, to: payer.address },
    fromBlock,
  })
  if (given.length > 0) return
  const gift = callTo(contracts.openToken, 'transfer', [payer.address, amountGwei * WEI_PER_GWEI])
  await transact(reader, walletOf(context, wallets.deployer), gift)
}
