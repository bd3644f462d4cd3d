import { bytesToHex, type Hex } from 'viem'
import { channelId, type NamedChannel } from '../sdk/channel.ts'
import type { Receipt } from '../sdk/receipt.ts'
import { MAX_FEE_UNITS } from '../sdk/record.ts'
import { amountCovering, coveredUnitsOf } from '../sdk/voucher.ts'
import { ApiError, busy } from './apiError.ts'
import { type Charge, chargeFor } from './channels/channelLimits.ts'
import { channelUseOf } from './channels/channelUse.ts'
import type { Gateway } from './gateway.ts'
import { type Asked, type Paying, payingFor, unpaid } from './paying.ts'
import type { PaidHeaders, Refused } from './payment/x402.ts'
import { type KeptChannel, reserveCall } from './store/calls.ts'

/** A call whose pay is set aside. */
export interface OpenCall {
  readonly kind: 'open'
  readonly id: string
  readonly channel: NamedChannel
  readonly requestHash: Hex
  readonly mostUnits: number
  readonly recordBy: number
  /** Takes what is not paid yet, before anything of the answer leaves; throws 402 where it cannot. */
  readonly collect: () => Promise<PaidHeaders>
}

/** A call that was answered before, under the same name. */
export interface AnsweredBefore {
  readonly kind: 'answered'
  readonly id: string
  readonly receipt: Receipt
}

/** Sets the pay of a call aside; refuses what cannot be paid, covered or recorded. */
export async function openCall(gateway: Gateway, asked: Asked): Promise<OpenCall | AnsweredBefore> {
  const { model, requestHash, mostUnits, key } = asked
  const { serving } = model
  if (mostUnits > MAX_FEE_UNITS) {
    throw new ApiError(400, 'too_expensive', 'This call may cost more than a record can say: ask for fewer tokens.', {
      param: 'max_tokens',
    })
  }
  const standing = gateway.standings.recordBy(serving.model.model)
  if ('reason' in standing) throw busy(`No calls are taken now: ${standing.reason}.`, 30, 503)
  const { recordBy } = standing
  const { feeUnitGwei } = serving.model.terms
  const paying = await payingFor(gateway, asked)
  const id = `call-${bytesToHex(gateway.random(16)).slice(2)}`
  const reservation = await reserveCall(gateway.database.pool, {
    id,
    channel: paying.channel,
    key,
    mostUnits,
    requestHash,
    process: gateway.database.process,
    voucher: paying.voucher,
    chargedUnits: paying.state.chargedUnits,
    decide: (kept) => decide(paying, kept, mostUnits, recordBy, feeUnitGwei),
  })
  switch (reservation.kind) {
    case 'refused':
      throw await refusal(gateway, asked, paying, reservation.charge)
    case 'known':
      return answeredBefore(asked, reservation)
    case 'reserved':
      gateway.standings.add(serving.model.model, mostUnits)
      return {
        kind: 'open',
        id,
        channel: paying.channel,
        requestHash,
        mostUnits,
        recordBy,
        collect: collecting(gateway, asked, paying),
      }
  }
}

function collecting(gateway: Gateway, asked: Asked, { collect }: Paying) {
  return async (): Promise<PaidHeaders> => {
    const paid = await collect()
    if (isRefused(paid)) throw await unpaid(gateway, asked, paid.refused)
    return paid
  }
}

function isRefused(paid: PaidHeaders | Refused): paid is Refused {
  return 'refused' in paid
}

function decide(
  { channel, state, voucher, mustBeSecret }: Paying,
  kept: KeptChannel,
  mostUnits: number,
  recordBy: number,
  feeUnitGwei: bigint,
): Charge {
  const use = channelUseOf(channel, state, kept, feeUnitGwei)
  const charge = chargeFor(use, mostUnits, recordBy, feeUnitGwei)
  if (charge.kind !== 'covered' || !mustBeSecret || voucher === undefined) return charge
  const onChain = BigInt(state.coveredUnits)
  const presented = coveredUnitsOf(kept.presented, feeUnitGwei)
  const publicUnits = onChain > presented ? onChain : presented
  if (coveredUnitsOf(voucher.maxClaimableAmount, feeUnitGwei) > publicUnits) return charge
  return { kind: 'voucher public', units: publicUnits + 1n }
}

async function refusal(gateway: Gateway, asked: Asked, { channel }: Paying, charge: Charge): Promise<ApiError> {
  const { feeUnitGwei } = asked.model.serving.model.terms
  const id = channelId(channel)
  switch (charge.kind) {
    case 'voucher wanted':
      return await unpaid(gateway, asked, 'A voucher of the channel’s signer for this much in all is missing.', {
        channelId: id,
        maxClaimableAmount: `${amountCovering(charge.units, feeUnitGwei)}`,
      })
    case 'voucher public':
      return await unpaid(
        gateway,
        asked,
        'A batch has published this voucher, so it no longer proves who asks: sign for a larger amount.',
        {
          channelId: id,
          maxClaimableAmount: `${amountCovering(charge.units, feeUnitGwei)}`,
        },
      )
    case 'deposit wanted':
      return await unpaid(
        gateway,
        asked,
        `The channel’s deposit is ${charge.units * feeUnitGwei} gwei-OPEN too small, counting what was asked back.`,
        { channelId: id, missingGwei: `${charge.units * feeUnitGwei}` },
      )
    default:
      return await unpaid(gateway, asked, 'There is no such channel: open it first.', { channelId: id })
  }
}

function answeredBefore(
  { requestHash }: Asked,
  { id, receipt, requestHash: before }: { id: string; receipt: Receipt | undefined; requestHash: Hex },
): AnsweredBefore {
  if (before !== requestHash)
    throw new ApiError(409, 'idempotency_key_reused', 'Another request was made under this Idempotency-Key.')
  if (receipt !== undefined) return { kind: 'answered', id, receipt }
  throw new ApiError(409, 'being_answered', 'This call is being answered, or was cut short.', {
    headers: { 'Retry-After': '5' },
  })
}
