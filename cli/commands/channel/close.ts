import { type ChannelKey, channelId } from '../../../sdk/channel.ts'
import { callTo } from '../../../sdk/contractCall.ts'
import type { Plan } from '../../../sdk/node/transactions/plan.ts'
import { formatOpen } from '../../../sdk/units.ts'
import { chainTime } from '../../chainTime.ts'
import type { Context } from '../../context.ts'
import { REQUEST_SECONDS, stateOf } from './show.ts'

/** What closing a channel needs now: to ask, to wait, or to take. Undefined where there is nothing to send, and that was said. */
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
    const what = amount === undefined ? 'all that is left' : `${formatOpen(amount)} OPEN`
    const call = callTo(channels, 'requestChannelWithdrawal', [key, asked])
    return { spendsWei: 0n, transactions: [{ call, effect: `Ask ${what} of channel ${channelId(key)} back` }] }
  }
  if (now < leavesAt) {
    const takenFrom = dateOf(leavesAt)
    context.terminal.result({ channelId: channelId(key), leavingGwei, takenFrom, sent: false }, [
      `${formatOpen(leavingGwei)} OPEN were asked back; run this again from ${takenFrom} on to take them.`,
    ])
    return undefined
  }
  const effect = `Take the ${formatOpen(leavingGwei)} OPEN that were asked back of channel ${channelId(key)}`
  return { spendsWei: 0n, transactions: [{ call: callTo(channels, 'withdrawChannel', [key]), effect }] }
}
