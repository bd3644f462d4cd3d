import type { Command } from 'commander'
import { bondOfAccount, bondOfModel, holderOfBond } from '../../sdk/bond.ts'
import { callTo } from '../../sdk/contractCall.ts'
import type { Connection } from '../../sdk/contracts.ts'
import type { Plan } from '../../sdk/node/transactions/plan.ts'
import { formatOpen, WEI_PER_GWEI } from '../../sdk/units.ts'
import { carryOut, minedOf, senderOf } from '../carryOut.ts'
import { chainTime, spokenTime } from '../chainTime.ts'
import { action, commandOf, reading, sendingCommand } from '../command.ts'
import type { Context } from '../context.ts'
import { approvalOf, ownAccount } from '../parties.ts'
import { UsageError } from '../usageError.ts'
import { id, openAmount } from '../values.ts'

/** How long a requested withdrawal can be taken; after that it must be requested again. */
const REQUEST_SECONDS = 7 * 86_400

interface Named {
  readonly account?: number
  readonly model?: number
}

export function bondCommand(): Command {
  return commandOf('bond', 'stakes of operators, models and challengers: show, deposit, withdraw')
    .addCommand(showCommand())
    .addCommand(depositCommand())
    .addCommand(withdrawCommand())
}

function ofBond(command: Command, defaultAccount = ' (default: the signer’s)'): Command {
  return command
    .option('--account <number>', `the bond of this account${defaultAccount}`, id)
    .option('--model <number>', 'the bond of this model; its holder is the model’s owner', id)
}

function showCommand(): Command {
  const command = reading(commandOf('show', 'show what a bond holds, and what it must hold'))
  return ofBond(command, '').action(
    action<[], Named>(async (context, named) => {
      if (named.account === undefined && named.model === undefined)
        throw new UsageError('Name a bond with --account <number> or --model <number>.')
      await show(context, await bondNamed(context, named))
    }),
  )
}

function depositCommand(): Command {
  const command = sendingCommand(commandOf('deposit', 'add OPEN to a bond; anyone may')).argument(
    '<OPEN>',
    'how much',
    openAmount,
  )
  return ofBond(command).action(
    action<[bigint], Named>(async (context, named, amountGwei) => {
      const connection = await context.connection()
      const { bonds } = connection.contracts
      const bond = await bondNamed(context, named)
      const receipts = await carryOut(context, {
        intent: `bond deposit ${formatOpen(amountGwei)} into ${nameOf(bond)}`,
        plan: async () => ({
          spendsWei: amountGwei * WEI_PER_GWEI,
          transactions: [
            ...(await approvalOf(connection, await senderOf(context), bonds, amountGwei)),
            {
              call: callTo(bonds, 'deposit', [bond, amountGwei]),
              effect: `Deposit ${formatOpen(amountGwei)} OPEN into ${nameOf(bond)}`,
            },
          ],
        }),
      })
      if (receipts !== undefined) await show(context, bond, { transactions: minedOf(receipts) })
    }),
  )
}

function withdrawCommand(): Command {
  const command = sendingCommand(
    commandOf(
      'withdraw',
      'withdraw from a bond: ask with --request, and run it again after the notice; its holder alone',
    ),
  ).option(
    '--request <OPEN>',
    'ask to withdraw this much, which covers nothing from then on; 0 cancels a request',
    openAmount,
  )
  return ofBond(command).action(
    action<[], Named & { request?: bigint }>(async (context, { request, ...named }) => {
      const bond = await bondNamed(context, named)
      const receipts = await carryOut(context, {
        intent: `bond withdraw ${request === undefined ? '' : `--request ${formatOpen(request)} `}of ${nameOf(bond)}`,
        plan: async () => await withdrawal(await context.connection(), bond, request),
      })
      if (receipts !== undefined) await show(context, bond, { transactions: minedOf(receipts) })
    }),
  )
}

async function withdrawal(
  connection: Connection,
  bond: bigint,
  request: bigint | undefined,
): Promise<Omit<Plan, 'intent'>> {
  const { bonds } = connection.contracts
  if (request !== undefined) {
    const effect =
      request === 0n
        ? `Cancel the request to withdraw from ${nameOf(bond)}`
        : `Ask to withdraw ${formatOpen(request)} OPEN from ${nameOf(bond)}`
    return { spendsWei: 0n, transactions: [{ call: callTo(bonds, 'requestWithdrawal', [bond, request]), effect }] }
  }
  const { leavingGwei } = await connection.reader.readContract({ ...bonds, functionName: 'bondStateOf', args: [bond] })
  const effect = `Withdraw ${formatOpen(leavingGwei)} OPEN from ${nameOf(bond)}`
  return { spendsWei: 0n, transactions: [{ call: callTo(bonds, 'withdraw', [bond]), effect }] }
}

async function bondNamed(context: Context, { account, model }: Named): Promise<bigint> {
  if (account !== undefined && model !== undefined) throw new UsageError('Name an account or a model, not both.')
  if (model !== undefined) return bondOfModel(model)
  return bondOfAccount(account ?? (await ownAccount(context, 'Name the bond with --account or --model.')))
}

function nameOf(bond: bigint): string {
  const { kind, number } = holderOfBond(bond)
  return `the bond of ${kind} ${number}`
}

async function show(context: Context, bond: bigint, more: object = {}): Promise<void> {
  const connection = await context.connection()
  const { bonds } = connection.contracts
  const [state, rule, { dateOf }] = await Promise.all([
    connection.reader.readContract({ ...bonds, functionName: 'bondStateOf', args: [bond] }),
    connection.reader.readContract({ ...bonds, functionName: 'rule' }),
    chainTime(connection),
  ])
  const { kind, number } = holderOfBond(bond)
  const coveringGwei = state.balanceGwei - state.leavingGwei - state.heldGwei
  const requiredGwei = rule.minimumGwei + state.exposedGwei + state.settledGwei
  const leaving = state.leavingGwei > 0n && {
    takenFrom: dateOf(state.leavesAt),
    takenUntil: dateOf(state.leavesAt + REQUEST_SECONDS),
  }
  const { leavesAt: _, ...amounts } = state
  context.terminal.result({ bond: { kind, number }, ...amounts, coveringGwei, requiredGwei, ...leaving, ...more }, [
    `The bond of ${kind} ${number} holds ${formatOpen(state.balanceGwei)} OPEN; ${formatOpen(coveringGwei)} of them are free to cover ${kind === 'account' ? 'records' : 'books'}.`,
    kind === 'account'
      ? `It answers for ${formatOpen(state.exposedGwei)} OPEN of unsettled records; an operator needs ${formatOpen(requiredGwei)} free to record more.`
      : `It answers for ${formatOpen(state.exposedGwei)} OPEN of pools in unsettled books and ${formatOpen(state.settledGwei)} of settled ones; another book needs ${formatOpen(requiredGwei)} free.`,
    ...(state.heldGwei > 0n ? [`The courts hold ${formatOpen(state.heldGwei)} OPEN of it.`] : []),
    ...(leaving
      ? [
          `Withdrawal of ${formatOpen(state.leavingGwei)} OPEN was asked for: take it from ${spokenTime(leaving.takenFrom)} to ${spokenTime(leaving.takenUntil)}.`,
        ]
      : []),
  ])
}
