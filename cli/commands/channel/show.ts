import { zeroAddress } from 'viem'
import { type ChannelKey, channelId } from '../../../sdk/channel.ts'
import type { Connection } from '../../../sdk/contracts.ts'
import { StopError } from '../../../sdk/errors.ts'
import { formatOpen } from '../../../sdk/units.ts'
import { chainTime, spokenTime } from '../../chainTime.ts'
import type { Context } from '../../context.ts'
import { accountNamed } from '../../parties.ts'

/** How long a requested withdrawal can be taken. */
export const REQUEST_SECONDS = 7 * 86_400

export async function showChannel(context: Context, key: ChannelKey, more: object = {}): Promise<void> {
  const connection = await context.connection()
  const value = await described(connection, key)
  context.terminal.result({ ...value, ...more }, linesOf(value))
}

export async function listChannels(context: Context, text: string): Promise<void> {
  const connection = await context.connection()
  const { reader, contracts, fromBlock } = connection
  const payer = await accountNamed(connection, text)
  const asked = { ...contracts.channels, eventName: 'ChannelOpened', args: { payer }, fromBlock, strict: true } as const
  const opened = await reader.getContractEvents(asked)
  const channels = await Promise.all(
    opened.map(({ args: { operator, model, salt } }) => described(connection, { payer, operator, model, salt })),
  )
  context.terminal.result(
    { payer, channels },
    channels.length === 0 ? [`Account ${payer} has no channels.`] : channels.flatMap(linesOf),
  )
}

/** A channel that was opened. */
export async function stateOf({ reader, contracts }: Connection, key: ChannelKey) {
  const state = await reader.readContract({ ...contracts.channels, functionName: 'channelOf', args: [key] })
  if (state.signer !== zeroAddress || state.depositGwei > 0n) return state
  const { payer, operator, model, salt } = key
  throw new StopError(
    `Account ${payer} has no channel for operator ${operator} and model ${model} with salt ${salt}`,
    {},
    'List its channels with `attribution channel list`, or open one.',
  )
}

/** What one fee unit of a model is. */
export async function feeUnitOf({ reader, contracts, fromBlock }: Connection, model: number): Promise<bigint> {
  const asked = { ...contracts.models, eventName: 'FineTuneEntered', args: { model }, fromBlock, strict: true } as const
  const [entered] = await reader.getContractEvents(asked)
  if (entered !== undefined) return BigInt(entered.args.terms.pay.feeUnitGwei)
  throw new StopError(
    `Model ${model} is no registered fine-tune, so nobody charges for it`,
    {},
    'Name a fine-tune that is registered.',
  )
}

type Described = Awaited<ReturnType<typeof described>>

async function described(connection: Connection, key: ChannelKey) {
  const [state, feeUnitGwei, { dateOf }] = await Promise.all([
    stateOf(connection, key),
    feeUnitOf(connection, key.model),
    chainTime(connection),
  ])
  const { depositGwei, withdrawnGwei, leavingGwei, leavesAt, signer } = state
  const chargedGwei = BigInt(state.chargedUnits) * feeUnitGwei
  return {
    channelId: channelId(key),
    ...key,
    signer,
    depositGwei,
    chargedGwei,
    coveredGwei: BigInt(state.coveredUnits) * feeUnitGwei,
    withdrawnGwei,
    leftGwei: depositGwei - withdrawnGwei - chargedGwei,
    leavingGwei,
    ...(leavingGwei > 0n && { takenFrom: dateOf(leavesAt), takenUntil: dateOf(leavesAt + REQUEST_SECONDS) }),
  }
}

function linesOf(one: Described): readonly string[] {
  const { takenFrom, takenUntil } = one
  const [deposit, charged, left, withdrawn] = [one.depositGwei, one.chargedGwei, one.leftGwei, one.withdrawnGwei].map(
    formatOpen,
  )
  return [
    `Channel ${one.channelId}: payer ${one.payer}, operator ${one.operator}, model ${one.model}, salt ${one.salt}`,
    `  ${deposit} OPEN deposited, ${charged} charged, ${withdrawn} withdrawn; ${left} left.`,
    `  Vouchers are signed by ${one.signer}; those presented cover ${formatOpen(one.coveredGwei)} OPEN.`,
    ...(takenFrom !== undefined && takenUntil !== undefined
      ? [
          `  Withdrawal of ${formatOpen(one.leavingGwei)} OPEN was asked for: take it from ${spokenTime(takenFrom)} to ${spokenTime(takenUntil)}.`,
        ]
      : []),
  ]
}
