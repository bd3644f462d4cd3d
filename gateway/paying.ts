import type { Hex } from 'viem'
import { type ChannelKey, channelId, type NamedChannel } from '../sdk/channel.ts'
import { WEI_PER_GWEI } from '../sdk/units.ts'
import { signVoucher } from '../sdk/voucher.ts'
import { ApiError } from './apiError.ts'
import type { ChannelState } from './channels/channelLimits.ts'
import { checkVoucher } from './channels/channelUse.ts'
import type { Gateway, OfferedModel } from './gateway.ts'
import type { ApiKey, Payment } from './payment/payment.ts'
import {
  type Accepted,
  decodePayment,
  isFor,
  type PaidHeaders,
  paymentRequired,
  type Quote,
  type Refused,
} from './payment/x402.ts'
import type { KeptVoucher } from './store/calls.ts'

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

/** The channel that pays, and what proves that its payer asks. */
export interface Paying {
  readonly channel: ChannelKey
  readonly state: ChannelState
  readonly voucher: KeptVoucher | undefined
  /** A voucher proves who asks only while nobody else could know it. */
  readonly mustBeSecret: boolean
  readonly collect: () => Promise<PaidHeaders | Refused>
}

/** Which channel pays for a call; refuses where none does. */
export async function payingFor(gateway: Gateway, asked: Asked): Promise<Paying> {
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
      if (voucher !== undefined) return { channel, state, voucher, mustBeSecret: true, collect: nothing }
      throw await unpaid(gateway, asked, 'The voucher is not signed by the channel’s signer.', {
        channelId: channelId(channel),
        signer: state.signer,
      })
    }
    case 'key': {
      if (payment.key.model !== registered.model)
        throw new ApiError(401, 'invalid_api_key', 'This API key is for another model.')
      return await payingByKey(gateway, asked, payment.key, nothing)
    }
    case 'x402': {
      const accepted = await acceptPayment(gateway, asked, payment.header)
      if ('refused' in accepted) throw await unpaid(gateway, asked, accepted.refused)
      if (accepted.kind === 'other token') return await payingByKey(gateway, asked, accepted.from, accepted.collect)
      const { payer, headers } = accepted
      const channel = keyOf({ payer, salt: 0 })
      gateway.channels.forget(channel)
      const state = await gateway.channels.of(channel)
      return { channel, state, voucher: undefined, mustBeSecret: false, collect: async () => headers }
    }
  }
}

const nothing = async () => ({})

async function payingByKey(
  gateway: Gateway,
  { model: { serving } }: Asked,
  key: ApiKey,
  collect: Paying['collect'],
): Promise<Paying> {
  const channel = { ...key.channel, operator: serving.operator, model: serving.model.model }
  const state = await gateway.channels.of(channel)
  const voucher = await signedByKey(gateway, key, channel, state, serving.model.terms.feeUnitGwei)
  return { channel, state, voucher, mustBeSecret: false, collect }
}

async function acceptPayment({ facilitators }: Gateway, asked: Asked, header: string): Promise<Accepted | Refused> {
  if (facilitators.length === 0) return { refused: 'This gateway takes no x402 payments.' }
  const payment = decodePayment(header)
  if (payment === undefined) return { refused: 'The header PAYMENT-SIGNATURE holds no x402 payment of version 2.' }
  for (const facilitator of facilitators) {
    const wanted = await facilitator.requirementsOf(quoteOf(asked))
    if (wanted !== undefined && isFor(payment, wanted)) return await facilitator.accept(quoteOf(asked), payment)
  }
  return { refused: 'The payment is in another token, or to another address.' }
}

function quoteOf({ model, mostUnits, url }: Asked): Quote {
  return { name: model.name, serving: model.serving, mostUnits, url }
}

/** 402, with all the ways to pay. */
export async function unpaid(
  { facilitators }: Gateway,
  asked: Asked,
  message: string,
  channel?: object,
): Promise<ApiError> {
  const quote = quoteOf(asked)
  const accepts = await Promise.all(facilitators.map((facilitator) => facilitator.requirementsOf(quote)))
  return paymentRequired(
    quote,
    accepts.filter((one) => one !== undefined),
    message,
    channel,
  )
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
