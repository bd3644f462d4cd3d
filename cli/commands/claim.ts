import type { Command } from 'commander'
import type { Address } from 'viem'
import { type ContractCall, callTo } from '../../sdk/contractCall.ts'
import type { Connection } from '../../sdk/contracts.ts'
import type { PlannedTransaction } from '../../sdk/node/transactions/plan.ts'
import { formatOpen } from '../../sdk/units.ts'
import { carryOut, minedOf } from '../carryOut.ts'
import { chainTime, spokenTime } from '../chainTime.ts'
import { action, commandOf, sendingCommand } from '../command.ts'
import type { Context } from '../context.ts'
import { ownAccount } from '../parties.ts'
import { UsageError } from '../usageError.ts'
import { addressValue, collected, id } from '../values.ts'
import { claimedIn } from './claim/claimed.ts'
import { describe, drawableGwei, linesOf, type Owed, owedTo, type Pending, sharesAfter } from './claim/owed.ts'
import { bookName, settlingPages } from './settle/pages.ts'

interface Options {
  readonly to?: Address
  readonly settle?: boolean
}

export function claimCommand(): Command {
  return sendingCommand(
    commandOf('claim', 'pay out what accounts earned. Says what is pending, too, and from when it can be settled'),
  )
    .argument(
      '[account...]',
      'who is paid, to their own payout addresses; anyone may send it (default: the signer’s)',
      collected(id),
    )
    .option('--to <address>', 'pay the signer’s own earnings to another address', addressValue)
    .option('--settle', 'first settle books that are due and pay these accounts')
    .action(
      action<[readonly number[] | undefined], Options>(async (context, options, named = []) => {
        const { to, settle = false } = options
        if (to !== undefined && named.length > 0)
          throw new UsageError('--to pays out the signer’s own account; name no other.')
        const own = 'Name the accounts to claim for, or sign with the key of one.'
        const accounts = named.length > 0 ? [...new Set(named)] : [await ownAccount(context, own)]
        let owed: readonly Owed[] = []
        const receipts = await carryOut(context, {
          intent: `claim for ${accounts.join()}${to === undefined ? '' : ` to ${to}`}${settle ? ' --settle' : ''}`,
          plan: async () => {
            const connection = await context.connection()
            const time = await chainTime(connection)
            owed = await Promise.all(accounts.map((account) => owedTo(connection, account, time)))
            for (const line of owed.flatMap(linesOf)) context.terminal.say(line)
            const due = settle ? dueIn(owed) : []
            if (due.length === 0 && owed.every((one) => one.claimableGwei + drawableGwei(one) === 0n))
              return nothing(context, owed)
            return { spendsWei: 0n, transactions: await transactionsFor(connection, owed, due, to) }
          },
        })
        if (receipts === undefined) return
        const { contracts } = await context.connection()
        const claimed = claimedIn(receipts, contracts)
        context.terminal.result(
          { accounts: owed.map(describe), claimed, transactions: minedOf(receipts) },
          claimed.map(
            ({ account, to: paid, amountGwei }) =>
              `Account ${account}: ${formatOpen(amountGwei)} OPEN were paid to ${paid}.`,
          ),
        )
      }),
    )
}

function nothing({ terminal }: Context, owed: readonly Owed[]): undefined {
  const pending = owed.flatMap((one) => one.pending)
  const isDue = pending.some((one) => one.isDue)
  const [first] = pending.map(({ from }) => from).toSorted()
  const when = isDue
    ? 'Add --settle to settle what is due.'
    : first === undefined
      ? 'Nothing is pending either.'
      : `Run this again with --settle from ${spokenTime(first)} on.`
  terminal.result({ accounts: owed.map(describe), claimed: [], sent: false }, [`Nothing can be claimed now. ${when}`])
  return undefined
}

async function transactionsFor(
  connection: Connection,
  owed: readonly Owed[],
  due: readonly Pending[],
  to: Address | undefined,
): Promise<readonly PlannedTransaction[]> {
  const pages: PlannedTransaction[] = []
  for (const { model, key } of due) pages.push(...(await settlingPages(connection, model, key)))
  const { earnings } = connection.contracts
  const shares = owed.flatMap((one) =>
    sharesAfter(
      one,
      due.filter(({ key }) => one.pending.some((other) => bookName(other.key) === bookName(key))),
    ),
  )
  const planned = (call: ContractCall, effect: string): PlannedTransaction => ({ call, effect })
  const draw = shares.length === 0 ? [] : [planned(callTo(earnings, 'draw', [shares]), 'Draw shares of joint units')]
  const names = owed.map(({ account }) => account).join(', ')
  if (to !== undefined)
    return [...pages, ...draw, planned(callTo(earnings, 'claimTo', [to]), `Pay what account ${names} earned to ${to}`)]
  const [first, ...others] = owed
  if (first !== undefined && others.length === 0) {
    const effect = `Pay what account ${names} earned to its payout address`
    const { account } = first
    return shares.length === 0
      ? [...pages, planned(callTo(earnings, 'claim', [account]), effect)]
      : [...pages, planned(callTo(earnings, 'claim', [account, shares]), effect)]
  }
  const many = callTo(earnings, 'claimMany', [owed.map(({ account }) => account)])
  return [...pages, ...draw, planned(many, `Pay what accounts ${names} earned to their payout addresses`)]
}

function dueIn(owed: readonly Owed[]): readonly Pending[] {
  const due = owed.flatMap(({ pending }) => pending.filter(({ isDue }) => isDue))
  return [...new Map(due.map((one) => [bookName(one.key), one])).values()]
}
