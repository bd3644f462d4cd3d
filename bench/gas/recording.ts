import { existsSync, readFileSync } from 'node:fs'
import { bytesToHex, type Hex, hexToBytes, keccak256, type LocalAccount, toHex } from 'viem'
import { bitsOf } from '../../attribution/querySketch.ts'
import { type RandomSource, randomSource } from '../../attribution/random.ts'
import { packSketch } from '../../attribution/sketch.ts'
import { ensureAccount } from '../../pipeline/publish/account.ts'
import { type OpenedBatch, openBatch } from '../../sdk/batch.ts'
import { channelId, decodeToldChannels, encodeChannels } from '../../sdk/channel.ts'
import { callTo, eventIn } from '../../sdk/contractCall.ts'
import { transact } from '../../sdk/node/transactions/transact.ts'
import { encodeRecords, type InferenceRecord, inferenceCommitment } from '../../sdk/record.ts'
import { WEI_PER_GWEI } from '../../sdk/units.ts'
import { amountCovering, compactSignature, encodeVouchers, signVoucher } from '../../sdk/voucher.ts'
import { type Context, keyNamed, type Sent } from './context.ts'
import type { Measured } from './measured.ts'
import type { BenchModel } from './registering.ts'

/** Channels, vouchers and batches, and what each costs. */

export interface BenchChannel {
  readonly payer: number
  readonly salt: number
  readonly id: Hex
  readonly signer: LocalAccount
}

const FEE_UNIT = 1_000_000n
const CHANNEL_GWEI = 20_000_000_000_000n
const COVERED_UNITS = 10_000_000n
const MOST_FEE = 40

/** What was signed last for a channel, in fee units. */
const signed = new Map<Hex, bigint>()

export async function openChannels(
  context: Context,
  { model, operator }: BenchModel,
  count: number,
): Promise<{ readonly channels: readonly BenchChannel[]; readonly measured: readonly Measured[] }> {
  const { connection, wallets, walletOf, measure } = context
  const { reader, contracts } = connection
  const { channels: contract, earnings, openToken } = contracts
  const [payerHolder] = wallets.payers as readonly [LocalAccount]
  const payer = await ensureAccount(connection, walletOf(payerHolder))
  const wei = 100n * CHANNEL_GWEI * WEI_PER_GWEI
  await transact(reader, walletOf(wallets.deployer), callTo(openToken, 'transfer', [payerHolder.address, wei]))
  await transact(reader, walletOf(payerHolder), callTo(openToken, 'approve', [earnings.address, wei]))
  const channels: BenchChannel[] = []
  const opened: Sent[] = []
  const presented: Sent[] = []
  for (let salt = 1; salt <= count; salt++) {
    const signer = keyNamed(`vouchers ${salt}`)
    const args = [operator, model, salt, signer.address, CHANNEL_GWEI] as const
    opened.push(await measure('open a channel', callTo(contract, 'openChannel', args), payerHolder))
    const channel = { payer, salt, signer, id: channelId({ payer, operator, model, salt }) }
    const { r, vs, maxClaimableAmount } = await nextVoucher(context, channel, COVERED_UNITS)
    const key = { payer, operator, model, salt }
    const call = callTo(contract, 'present', [key, maxClaimableAmount, r, vs])
    presented.push(await measure('present a voucher', call, wallets.operator))
    channels.push(channel)
  }
  const key = { payer, operator, model, salt: 1 }
  const funded = await measure('fund a channel', callTo(contract, 'fundChannel', [key, FEE_UNIT]), payerHolder)
  return { channels, measured: [opened.at(-1), presented.at(-1), funded].map((one) => plain(one as Sent)) }
}

/** A caller who pays once, by an ERC-3009 authorisation. */
export async function walkIn(context: Context, { model, operator }: BenchModel): Promise<readonly Measured[]> {
  const { connection, wallets, walletOf, measure } = context
  const { reader, contracts } = connection
  const { channels, openToken } = contracts
  const caller = wallets.payers[1] as LocalAccount
  await transact(reader, walletOf(wallets.deployer), callTo(openToken, 'transfer', [caller.address, 10n ** 18n]))
  const args = [operator, model] as const
  const to = await reader.readContract({ ...channels, functionName: 'depositAddressOf', args })
  const [, name, version] = await reader.readContract({ ...openToken, functionName: 'eip712Domain' })
  const settle = async (label: string, nonce: Hex) => {
    const authorised = { from: caller.address, to, value: 10n ** 16n, validAfter: 0n, validBefore: 2n ** 40n, nonce }
    const signature = await caller.signTypedData({
      domain: { name, version, chainId: reader.chain.id, verifyingContract: openToken.address },
      types: TRANSFER,
      primaryType: 'TransferWithAuthorization',
      message: authorised,
    })
    const [r, s, v] = [signature.slice(0, 66), signature.slice(66, 130), signature.slice(130)] as const
    const walkIn = { ...authorised, v: Number(`0x${v}`), r: r as Hex, s: `0x${s}` as Hex }
    return plain(await measure(label, callTo(channels, 'settleWalkIn', [operator, model, walkIn]), wallets.operator))
  }
  const first = await settle('settle a walk-in, the first of its operator and model', keccak256(toHex('one')))
  return [first, await settle('settle a walk-in of a caller who came before', keccak256(toHex('two')))]
}

const TRANSFER = {
  TransferWithAuthorization: [
    { name: 'from', type: 'address' },
    { name: 'to', type: 'address' },
    { name: 'value', type: 'uint256' },
    { name: 'validAfter', type: 'uint256' },
    { name: 'validBefore', type: 'uint256' },
    { name: 'nonce', type: 'bytes32' },
  ],
} as const

export interface BatchShape {
  readonly records: number
  readonly channels: readonly BenchChannel[]
  /** How many channels get a new voucher. */
  readonly vouchers?: number
  readonly k: number
  /** What sketches are taken from; drawn if not given. */
  readonly sketches?: readonly Uint8Array[]
  /** Records that come first as they are. */
  readonly given?: readonly InferenceRecord[]
}

/** Records drawn inferences, as real ones lie: every bit as likely, fees that differ. */
export async function record(
  context: Context,
  name: string,
  { model }: BenchModel,
  shape: BatchShape,
  next: RandomSource = randomSource(shape.records),
): Promise<{ readonly batch: OpenedBatch; readonly sent: Sent }> {
  const { connection, wallets, measure } = context
  const { contracts } = connection
  const { channels, k, given = [], vouchers = 0 } = shape
  const drawn = Array.from({ length: shape.records }, (_, i) => drawRecord(next, i, shape))
  const records = [...given, ...drawn.slice(given.length)]
  const presented = await Promise.all(
    channels
      .slice(0, vouchers)
      .map(async (channel, i) => ({ channel: i, ...(await nextVoucher(context, channel, 1n)) })),
  )
  const call = callTo(contracts.ledger, 'recordBatch', [
    model,
    bytesToHex(encodeChannels(channels)),
    bytesToHex(encodeVouchers(presented)),
    bytesToHex(encodeRecords(records, k, channels.length)),
  ])
  const sent = await measure(name, call, wallets.operator)
  const told = eventIn(sent.receipt, contracts.ledger, 'BatchRecorded')
  const batch = openBatch(
    {
      ...told,
      recordedIn: Number(sent.receipt.blockNumber),
      channels: decodeToldChannels(hexToBytes(told.channels)),
      records: hexToBytes(told.records),
    },
    k,
  )
  return { batch, sent }
}

/** What recording costs in all its variants; the first batch of a book is not among the steady ones. */
export async function recordBatches(
  context: Context,
  model: BenchModel,
  channels: readonly BenchChannel[],
): Promise<{ readonly batches: readonly OpenedBatch[]; readonly measured: readonly Measured[] }> {
  const { k } = model
  const three = channels.slice(0, 3)
  const sketched = `record 200 inferences at k = ${k}`
  const shape = { records: 200, channels: three, k }
  const first = await record(context, `${sketched}, the first of a book`, model, shape)
  const steady = await record(context, `${sketched}, 3 channels`, model, shape)
  const more = await record(context, '', model, { ...shape, channels: channels.slice(0, 4) })
  const voucher = await record(context, '', model, { ...shape, vouchers: 1 })
  const large = await record(context, `record 400 inferences at k = ${k}, 3 channels`, model, {
    ...shape,
    records: 400,
  })
  const alone = await record(context, 'record 1 inference', model, {
    ...shape,
    records: 1,
    channels: three.slice(0, 1),
  })
  const real = await recordReal(context, model, shape)
  return {
    batches: [first, steady, more, voucher, large, alone, ...real].map(({ batch }) => batch),
    measured: [
      floored(first.sent),
      floored(steady.sent),
      { name: 'one inference of 200', gas: steady.sent.gas / 200n, floor: (steady.sent.floor - 21_000n) / 200n },
      floored(large.sent),
      { name: 'one inference of 400', gas: large.sent.gas / 400n, floor: (large.sent.floor - 21_000n) / 400n },
      { name: 'a channel more in a batch', gas: more.sent.gas - steady.sent.gas },
      { name: 'a new voucher in a batch, beside its channel', gas: voucher.sent.gas - steady.sent.gas },
      floored(alone.sent),
      ...real.map(({ sent }) => ({ ...floored(sent), isLocal: true })),
    ],
  }
}

/** Fees of so many units that the lanes of a sum, of 16 bits, are full after every other pair of records. */
const LARGE_FEE = 20_000

/** What it costs to empty those lanes, from two batches that differ in their fees alone. */
export async function recordLargeFees(
  context: Context,
  model: BenchModel,
  channels: readonly BenchChannel[],
): Promise<Measured> {
  const shape = { records: 200, channels, k: model.k }
  await record(context, '', model, shape)
  const small = await record(context, '', model, shape)
  const given = small.batch.records.map((one) => ({ ...one, feeUnits: LARGE_FEE }))
  const large = await record(context, '', model, { ...shape, given })
  const calldata = ((large.sent.floor - small.sent.floor) * 4n) / 10n
  const emptied = BigInt(given.length / 2 - 1)
  return { name: 'emptying the lanes of a sum once', gas: (large.sent.gas - small.sent.gas - calldata) / emptied }
}

/** The same with query sketches that a demo served, where one ran here. */
async function recordReal(context: Context, model: BenchModel, shape: BatchShape) {
  const sketches = servedSketches(model.k)
  if (sketches.length === 0) return []
  const name = `the same with ${sketches.length} sketches that the demo served`
  return [await record(context, name, model, { ...shape, sketches })]
}

const DEMO_CALLS = 'var/demo/mail/journal.jsonl'

function servedSketches(k: number): readonly Uint8Array[] {
  if (!existsSync(DEMO_CALLS)) return []
  const lines = readFileSync(DEMO_CALLS, 'utf8').split('\n')
  return lines.flatMap((line) => {
    const bits = /"record":"0x[0-9a-f]{68}([0-9a-f]+)"/.exec(line)?.[1]
    return bits?.length === k / 4 ? [hexToBytes(`0x${bits}`)] : []
  })
}

async function nextVoucher({ connection }: Context, { id, signer }: BenchChannel, more: bigint) {
  const { reader, contracts } = connection
  const place = { chainId: reader.chain.id, address: contracts.channels.address }
  const units = (signed.get(id) ?? 0n) + more
  signed.set(id, units)
  const message = { channelId: id, maxClaimableAmount: amountCovering(units, FEE_UNIT) }
  const voucher = await signVoucher(place, signer, message)
  return { ...voucher, ...compactSignature(voucher.signature) }
}

function drawRecord(next: RandomSource, index: number, { channels, k, sketches }: BatchShape): InferenceRecord {
  const query = Int8Array.from({ length: k }, () => (next() % 2 === 0 ? -1 : 1))
  const real = sketches?.[index % sketches.length]
  const hash = () => keccak256(toHex(next()))
  return {
    channel: index % channels.length,
    feeUnits: 1 + (next() % MOST_FEE),
    commitment: inferenceCommitment(hash(), hash(), hash(), packSketch(query)),
    sketch: k === 0 ? new Uint8Array() : (real ?? bitsOf(query)),
  }
}

function plain({ name, gas }: Sent): Measured {
  return { name, gas }
}

function floored({ name, gas, floor }: Sent): Measured {
  return { name, gas, floor }
}
