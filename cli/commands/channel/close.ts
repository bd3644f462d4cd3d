import { type ChannelKey, channelId } from '../../../sdk/channel.ts'
import { callTo } from '../../../sdk/contractCall.ts'
import type { Plan } from '../../../sdk/node/transactions/plan.ts'
import { formatOpen } from '../../../sdk/units.ts'
import { chainTime, spokenTime } from '../../chainTime.ts'
import type { Context } from '../../context.ts'
import { REQUEST_SECONDS, stateOf } from './show.ts'

/** What closing a channel needs now: to ask, to wait, or to take. Undefined where there is nothing to send, and that was printed. */
export async function closing(
  context: Context,
  key: ChannelKey,
  amount: bigint | undefined,
): Promise<Omit<Plan, 'intent'> | undefined> {
  const connection = await context.connection()
  const { channels } = connection.contracts
  const [state, { now, dateOf }] = await Promise.all([stateOf(connection, key), chainTime(connection)])
  const { leavingGwei, leavesAt, depositGwei } = state
  const isExpired = now >= leavesAt + REQUEST_SECONDS
  const isAnother = amount !== undefined && amount !== leavingGwei
  if (leavingGwei === 0n || isExpired || isAnother) {
    // Of a whole deposit, the contract gives what charges leave of it.
    const asked = amount ?? depositGwei
    const what = amount === undefined ? 'what is left' : `${formatOpen(amount)} OPEN`
    const call = callTo(channels, 'requestChannelWithdrawal', [key, asked])
    return { spendsWei: 0n, transactions: [{ call, effect: `Ask to withdraw ${what} of channel ${channelId(key)}` }] }
  }
  if (now < leavesAt) {
    const takenFrom = dateOf(leavesAt)
    context.terminal.result({ channelId: channelId(key), leavingGwei, takenFrom, sent: false }, [
      `Withdrawal of ${formatOpen(leavingGwei)} OPEN was asked for. Run this again from ${spokenTime(takenFrom)} on to take it.`,
    ])
    return undefined
  }
  const effect = `Withdraw ${formatOpen(leavingGwei)} OPEN from channel ${channelId(key)}`
  return { spendsWei: 0n, transactions: [{ call: callTo(channels, 'withdrawChannel', [key]), effect }] }
}
