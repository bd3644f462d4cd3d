import { bytesToHex, type Hex } from 'viem'
import { type ChannelKey, channelId, type NamedChannel } from '../sdk/channel.ts'
import type { Receipt } from '../sdk/receipt.ts'
import { MAX_FEE_UNITS } from '../sdk/record.ts'
import { WEI_PER_GWEI } from '../sdk/units.ts'
import { amountCovering, coveredUnitsOf, signVoucher } from '../sdk/voucher.ts'
import { ApiError, busy } from './apiError.ts'
import { type ChannelState, type Charge, chargeFor } from './channels/channelLimits.ts'
import { channelUseOf, checkVoucher } from './channels/channelUse.ts'
import type { Gateway, OfferedModel } from './gateway.ts'
import type { ApiKey, Payment } from './payment/payment.ts'
import { paymentRequired, type Quote } from './payment/x402.ts'
import { type KeptChannel, type KeptVoucher, reserveCall } from './store/calls.ts'

/** What is asked for, before anything is computed. */
export interface Asked {
  readonly model: OfferedModel
  readonly requestHash: Hex
  /** The most that the answer may cost. */
  readonly mostUnits: number
  readonly payment: Payment
  /** The caller's own name for the call. */
  readonly key: string | undefined
  /** Where it was asked. */
  readonly url: string
}

/** A call whose pay is set aside. */
export interface OpenCall {
  readonly kind: 'open'
  readonly id: string
  readonly channel: NamedChannel
  readonly requestHash: Hex
  readonly mostUnits: number
  readonly recordBy: number
  /** Headers that say what was paid. */
  readonly headers: Readonly<Record<string, string>>
}

/** A call that was answered before, under the same name. */
export interface AnsweredBefore {
  readonly kind: 'answered'
  readonly id: string
  readonly receipt: Receipt
}

/** The channel that pays, and what proves that its payer asks. */
interface Paying {
  readonly channel: ChannelKey
  readonly state: ChannelState
  readonly voucher: KeptVoucher | undefined
  /** A voucher proves who asks only while nobody else could know it. */
  readonly mustBeSecret: boolean
  readonly headers: Readonly<Record<string, string>>
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
      return { kind: 'open', id, channel: paying.channel, requestHash, mostUnits, recordBy, headers: paying.headers }
  }
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
  return { kind: 'voucher wanted', units: publicUnits + 1n }
}

async function payingFor(gateway: Gateway, asked: Asked): Promise<Paying> {
  const { payment, model } = asked
  const { operator, model: registered } = model.serving
  const keyOf = (channel: NamedChannel): ChannelKey => ({ ...channel, operator, model: registered.model })
  switch (payment.kind) {
    case 'none':
      throw await unpaid(gateway, asked, 'This call must be paid: by a voucher, an x402 payment, or an API key.')
    case 'voucher': {
      const channel = keyOf(payment.channel)
      const state = await gateway.channels.of(channel)
      const voucher = await checkVoucher(gateway.connection, channel, state, payment.voucher)
      if (voucher !== undefined) return { channel, state, voucher, mustBeSecret: true, headers: {} }
      throw await unpaid(gateway, asked, 'The voucher is not signed by the channel’s signer.', {
        channelId: channelId(channel),
        signer: state.signer,
      })
    }
    case 'key': {
      if (payment.key.model !== registered.model)
        throw new ApiError(401, 'invalid_api_key', 'This API key is for another model.')
      const channel = keyOf(payment.key.channel)
      const state = await gateway.channels.of(channel)
      const voucher = await signedByKey(gateway, payment.key, channel, state, registered.terms.feeUnitGwei)
      return { channel, state, voucher, mustBeSecret: false, headers: {} }
    }
    case 'x402': {
      if (gateway.facilitator === undefined) throw await unpaid(gateway, asked, 'This gateway takes no x402 payments.')
      const settled = await gateway.facilitator.settle(quoteOf(asked), payment.header)
      if ('refused' in settled) throw await unpaid(gateway, asked, settled.refused)
      const { payer, headers } = settled
      const channel = keyOf({ payer, salt: 0 })
      gateway.channels.forget(channel)
      return { channel, state: await gateway.channels.of(channel), voucher: undefined, mustBeSecret: false, headers }
    }
  }
}

function quoteOf({ model, mostUnits, url }: Asked): Quote {
  return { name: model.name, serving: model.serving, mostUnits, url }
}

async function unpaid({ facilitator }: Gateway, asked: Asked, message: string, channel?: object): Promise<ApiError> {
  const quote = quoteOf(asked)
  const accepts = facilitator === undefined ? [] : [await facilitator.requirementsOf(quote)]
  return paymentRequired(quote, accepts, message, channel)
}

/** Signed for all that the holder of the key may spend: it is the gateway that counts. */
async function signedByKey(
  { connection }: Gateway,
  { signer, limitGwei }: ApiKey,
  channel: ChannelKey,
  state: ChannelState,
  feeUnitGwei: bigint,
): Promise<KeptVoucher | undefined> {
  const depositGwei = BigInt(state.limitUnits) * feeUnitGwei
  const maxClaimableAmount = (limitGwei < depositGwei ? limitGwei : depositGwei) * WEI_PER_GWEI
  const place = { chainId: connection.reader.chain.id, address: connection.contracts.channels.address }
  const name = `${place.chainId}/${place.address}/${channelId(channel)}/${maxClaimableAmount}`
  const signed =
    signedBefore.get(name) ?? (await signVoucher(place, signer, { channelId: channelId(channel), maxClaimableAmount }))
  if (signedBefore.size > MOST_SIGNED) signedBefore.clear()
  signedBefore.set(name, signed)
  return { maxClaimableAmount, signature: signed.signature, signer: signer.address }
}

const signedBefore = new Map<string, { readonly signature: Hex }>()
const MOST_SIGNED = 10_000

async function refusal(gateway: Gateway, asked: Asked, { channel }: Paying, charge: Charge): Promise<ApiError> {
  const { feeUnitGwei } = asked.model.serving.model.terms
  const id = channelId(channel)
  switch (charge.kind) {
    case 'voucher wanted':
      return await unpaid(gateway, asked, 'A voucher of the channel’s signer for this much in all is missing.', {
        channelId: id,
        maxClaimableAmount: `${amountCovering(charge.units, feeUnitGwei)}`,
      })
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
