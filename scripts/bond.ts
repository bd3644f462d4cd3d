import { depositBond } from '../pipeline/serve/bond.ts'
import { bondOfAccount, bondOfModel, holderOfBond } from '../sdk/bond.ts'
import type { Wallet } from '../sdk/chain.ts'
import type { Connection } from '../sdk/contracts.ts'
import { StopError } from '../sdk/errors.ts'
import { type ContractCall, callTo, estimate } from '../sdk/node/contractCall.ts'
import { transact } from '../sdk/node/transactions/transact.ts'
import { formatOpen, WEI_PER_GWEI } from '../sdk/units.ts'
import { amountOfOpen, runCommand, UsageError, wholeNumber } from './command.ts'
import {
  announce,
  announceDry,
  connectionOptions,
  connectionUsage,
  openConnection,
  openWallet,
  sendUsage,
} from './connection.ts'

/** How long a request can be taken; later it has to be asked for again. */
const REQUEST_SECONDS = 7 * 86_400

await runCommand({
  usage: `npm run bond -- <show|deposit|request|withdraw> [options]
What answers for recorded calls, for a model's units and for challenges: without enough of it nothing can be recorded.
  show                 what the bond holds, what it must hold, and what keeps it
  deposit              adds --amount to it; anyone may
  request              asks --amount of it back, 0 cancels that; only its holder. What is asked back covers nothing any more
  withdraw             pays out what was asked back, within seven days from the end of the notice; only its holder
  --account <number>   the bond of this account (the signer's)
  --model <number>     the bond of this model; its holder is the model's owner
  --amount <OPEN>      how much, such as 12.5
${connectionUsage}
${sendUsage}`,
  options: {
    ...connectionOptions,
    account: { type: 'string' },
    model: { type: 'string' },
    amount: { type: 'string' },
    send: { type: 'boolean', default: false },
  },
  async run(values, [verb, ...others]) {
    if (verb === undefined || !isVerb(verb) || others.length > 0)
      throw new UsageError('Say one of show, deposit, request and withdraw.')
    const amountGwei = values.amount === undefined ? undefined : amountOfOpen('amount', values.amount)
    const named = bondNamed(values)
    const connection = await openConnection(values)
    if (verb === 'show') return await show(connection, named ?? (await ownBond(connection, openWallet(connection))))

    const wallet = openWallet(connection)
    const bond = named ?? (await ownBond(connection, wallet))
    if (verb === 'deposit') return await deposit(connection, wallet, bond, given(amountGwei), values.send)
    const { bonds } = connection.contracts
    const call =
      verb === 'request'
        ? callTo(bonds, 'requestWithdrawal', [bond, given(amountGwei)])
        : callTo(bonds, 'withdraw', [bond])
    await send(connection, wallet, call, values.send)
    if (values.send) await show(connection, bond)
  },
})

type Verb = 'show' | 'deposit' | 'request' | 'withdraw'

function isVerb(text: string): text is Verb {
  return ['show', 'deposit', 'request', 'withdraw'].includes(text)
}

function given(amountGwei: bigint | undefined): bigint {
  if (amountGwei === undefined) throw new UsageError('Say how much with --amount.')
  return amountGwei
}

function bondNamed(values: { account?: string; model?: string }): bigint | undefined {
  if (values.account !== undefined && values.model !== undefined)
    throw new UsageError('Name an account or a model, not both.')
  if (values.model !== undefined) return bondOfModel(wholeNumber('model', values.model, 1, 2 ** 32 - 1))
  return values.account === undefined
    ? undefined
    : bondOfAccount(wholeNumber('account', values.account, 1, 2 ** 32 - 1))
}

async function ownBond({ reader, contracts }: Connection, wallet: Wallet): Promise<bigint> {
  const holder = wallet.account.address
  const account = await reader.readContract({ ...contracts.accounts, functionName: 'accountOf', args: [holder] })
  if (account > 0) return bondOfAccount(account)
  throw new StopError(`${holder} holds no account`, {}, 'Name the bond with --account or --model.')
}

async function show({ reader, contracts }: Connection, bond: bigint): Promise<void> {
  const { bonds, clock } = contracts
  const [state, rule, time, { timestamp }] = await Promise.all([
    reader.readContract({ ...bonds, functionName: 'bondStateOf', args: [bond] }),
    reader.readContract({ ...bonds, functionName: 'rule' }),
    reader.readContract({ ...clock, functionName: 'time' }),
    reader.getBlock(),
  ])
  const { kind, number } = holderOfBond(bond)
  const coveringGwei = state.balanceGwei - state.leavingGwei - state.heldGwei
  const recordsFrom = rule.minimumGwei + state.exposedGwei + state.settledGwei
  const lines = [
    `The bond of ${kind} ${number} holds ${formatOpen(state.balanceGwei)} OPEN, of which ${formatOpen(coveringGwei)} cover.`,
    kind === 'account'
      ? `It answers for ${formatOpen(state.exposedGwei)} OPEN of unsettled records, and must cover ${formatOpen(recordsFrom)} to record more.`
      : `It answers for ${formatOpen(state.exposedGwei)} OPEN of pools in unsettled books and ${formatOpen(state.settledGwei)} of settled ones, and must cover ${formatOpen(recordsFrom)} for another book.`,
  ]
  if (state.heldGwei > 0n) lines.push(`The courts hold ${formatOpen(state.heldGwei)} OPEN of it.`)
  if (state.leavingGwei > 0n) {
    const from = state.leavesAt - time + Number(timestamp)
    const until = from + REQUEST_SECONDS
    lines.push(
      `${formatOpen(state.leavingGwei)} OPEN were asked back, to be taken from ${timeOf(from)} to ${timeOf(until)}.`,
    )
  }
  process.stdout.write(`${lines.join('\n')}\n`)
}

async function deposit(
  connection: Connection,
  wallet: Wallet,
  bond: bigint,
  amountGwei: bigint,
  isSent: boolean,
): Promise<void> {
  const { bonds, openToken } = connection.contracts
  announce(wallet.account.address, callTo(openToken, 'approve', [bonds.address, amountGwei * WEI_PER_GWEI]))
  announce(wallet.account.address, callTo(bonds, 'deposit', [bond, amountGwei]))
  if (!isSent) return announceDry()
  await depositBond(connection, wallet, bond, amountGwei)
  await show(connection, bond)
}

async function send({ reader }: Connection, wallet: Wallet, call: ContractCall, isSent: boolean): Promise<void> {
  announce(wallet.account.address, call)
  await estimate(reader, wallet.account.address, call)
  if (!isSent) return announceDry()
  await transact(reader, wallet, call)
}

function timeOf(seconds: number): string {
  return new Date(seconds * 1_000).toISOString()
}
