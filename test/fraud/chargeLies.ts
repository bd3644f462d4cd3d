import { bytesToHex } from 'viem'
import { encodeChannels, type NamedChannel } from '../../sdk/channel.ts'
import { type ContractCall, callTo } from '../../sdk/contractCall.ts'
import { encodeRecords, type InferenceRecord, MAX_FEE_UNITS } from '../../sdk/record.ts'
import { amountCovering, encodeVouchers, type PresentedVoucher, signVoucher } from '../../sdk/voucher.ts'
import type { LocalChannel } from '../support/localModel.ts'
import { type Context, FEE_UNIT_GWEI, type Operator } from './context.ts'
import type { Deceit, Deceits } from './deceit.ts'
import type { Draw } from './draw.ts'

/** A batch as an operator sends it. */
interface Batch {
  readonly channels: readonly NamedChannel[]
  readonly vouchers: readonly PresentedVoucher[]
  readonly records: Uint8Array
}

/** An honest batch of one record, paid by a channel of which nothing is covered but by the voucher that it presents. */
interface Fair {
  readonly context: Context
  readonly draw: Draw
  readonly operator: Operator
  readonly channel: LocalChannel
  readonly record: InferenceRecord
  readonly batch: Batch
  /** The same voucher with something else in its place. */
  readonly voucher: (other: Partial<VoucherParts>) => Promise<PresentedVoucher>
}

interface VoucherParts {
  readonly chainId: number
  readonly contract: 'channels' | 'court'
  readonly channel: LocalChannel
  /** Who signs it. */
  readonly signedFor: LocalChannel
  readonly units: number
}

const BITS = 8

/** Every way to charge somebody what it did not sign, or to record what is no record. */
export const chargeLies: Deceits = {
  'a voucher that somebody else signed': charge('Channels_BadVoucher', async ({ operator, voucher }) => ({
    vouchers: [await voucher({ signedFor: operator.recorder.channels[1] as LocalChannel })],
  })),
  'a voucher of another channel': charge('Channels_BadVoucher', async ({ operator, voucher }) => ({
    vouchers: [await voucher({ channel: operator.recorder.channels[0] as LocalChannel })],
  })),
  'a voucher for another operator': charge('Channels_BadVoucher', async ({ context, voucher }) => ({
    vouchers: [await voucher({ channel: context.honest.fresh })],
  })),
  'a voucher of another chain': charge('Channels_BadVoucher', async ({ context, voucher }) => ({
    vouchers: [await voucher({ chainId: context.local.connection.reader.chain.id + 1 })],
  })),
  'a voucher of another contract': charge('Channels_BadVoucher', async ({ voucher }) => ({
    vouchers: [await voucher({ contract: 'court' })],
  })),
  'a voucher for more than was signed': charge('Channels_BadVoucher', async ({ batch, draw }) => ({
    vouchers: batch.vouchers.map((voucher) => ({
      ...voucher,
      maxClaimableAmount: voucher.maxClaimableAmount + BigInt(1 + draw.below(1_000_000)),
    })),
  })),
  'a voucher that is too small': charge('Channels_NotCovered', async ({ record, voucher }) => ({
    vouchers: [await voucher({ units: record.feeUnits - 1 })],
  })),
  'no voucher at all': charge('Channels_NotCovered', async () => ({ vouchers: [] })),
  'a voucher that was used up': charge('Channels_NotCovered', async ({ operator, voucher, record, draw }) => {
    const channel = operator.recorder.channels[draw.below(3)] as LocalChannel
    const dear = Array.from({ length: 17 }, () => ({ ...record, feeUnits: MAX_FEE_UNITS }))
    return {
      channels: [channel],
      vouchers: [await voucher({ channel, signedFor: channel, units: 1_000_000 })],
      records: bytesOf(dear),
    }
  }),
  'a channel that nobody opened': charge('Channels_NotCovered', async ({ channel, draw }) => ({
    channels: [{ payer: channel.payer, salt: 1_000 + draw.below(1_000_000) }],
    vouchers: [],
  })),
  'a walk-in that never paid': charge('Channels_NotCovered', async ({ channel }) => ({
    channels: [{ payer: channel.payer, salt: 0 }],
    vouchers: [],
  })),
  'a voucher for a channel beside the batch’s': charge('Channels_VoucherOutOfRange', async ({ batch, draw }) => ({
    vouchers: batch.vouchers.map((voucher) => ({ ...voucher, channel: 1 + draw.below(254) })),
  })),
  'a record that charges no channel of the batch': charge('Ledger_ChannelOutOfRange', async ({ record, draw }) => ({
    records: changed(bytesOf([record]), 0, 1 + draw.below(254)),
  })),
  'a record without a fee': charge('Ledger_FeeZero', async ({ record }) => ({
    records: changed(changed(bytesOf([record]), 1, 0), 2, 0),
  })),
  'a record that is cut short': charge('Ledger_LengthUneven', async ({ record, draw }) => {
    const bytes = bytesOf([record])
    return { records: bytes.slice(0, 1 + draw.below(bytes.length - 1)) }
  }),
  'a batch of nothing': charge('Ledger_EmptyBatch', async () => ({ records: new Uint8Array() })),
  'a batch by somebody whom the owner did not name': async (context, draw) => {
    const { batch } = await fairBatch(context, draw)
    return { by: context.griefer.signer, call: recordAct(context, batch), error: 'Models_NotOperator' }
  },
}

function charge(error: string, lie: (fair: Fair) => Promise<Partial<Batch>>) {
  return async (context: Context, draw: Draw): Promise<Deceit> => {
    const fair = await fairBatch(context, draw)
    const call = recordAct(context, { ...fair.batch, ...(await lie(fair)) })
    return { by: fair.operator.signer, call, error, honest: recordAct(context, fair.batch) }
  }
}

async function fairBatch(context: Context, draw: Draw): Promise<Fair> {
  const { liar: operator, local } = context
  const { reader, contracts } = local.connection
  const channel = operator.fresh
  const record = {
    channel: 0,
    feeUnits: 2 + draw.below(900),
    commitment: draw.hash(),
    sketch: Uint8Array.from({ length: operator.recorder.k / BITS }, () => draw.below(256)),
  }
  const voucher: Fair['voucher'] = async (other) => {
    const parts: VoucherParts = {
      chainId: reader.chain.id,
      contract: 'channels',
      channel,
      signedFor: channel,
      units: record.feeUnits,
      ...other,
    }
    const place = { chainId: parts.chainId, address: contracts[parts.contract].address }
    const maxClaimableAmount = amountCovering(BigInt(parts.units), FEE_UNIT_GWEI)
    const message = { channelId: parts.channel.id, maxClaimableAmount }
    const { signature } = await signVoucher(place, parts.signedFor.signer, message)
    return { channel: 0, maxClaimableAmount, signature }
  }
  const batch = { channels: [channel], vouchers: [await voucher({})], records: bytesOf([record]) }
  return { context, draw, operator, channel, record, batch, voucher }
}

function recordAct({ local, liar }: Context, { channels, vouchers, records }: Batch): ContractCall {
  return callTo(local.connection.contracts.ledger, 'recordBatch', [
    liar.recorder.model,
    bytesToHex(encodeChannels(channels)),
    bytesToHex(encodeVouchers(vouchers)),
    bytesToHex(records),
  ])
}

function bytesOf(records: readonly InferenceRecord[]): Uint8Array {
  return encodeRecords(records, (records[0]?.sketch.length ?? 0) * BITS)
}

function changed(bytes: Uint8Array, at: number, byte: number): Uint8Array {
  return bytes.with(at, byte)
}
