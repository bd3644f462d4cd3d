import { bytesToHex } from 'viem'
import type { RandomSource } from '../../../attribution/random.ts'
import { type OpenedBatch, openBatch, sumBytes, voidRecord } from '../../../sdk/batch.ts'
import { bondOfAccount, bondOfModel } from '../../../sdk/bond.ts'
import { bookId } from '../../../sdk/book.ts'
import { channelId, encodeChannels } from '../../../sdk/channel.ts'
import { callTo, eventIn } from '../../../sdk/contractCall.ts'
import { toldBatch } from '../../../sdk/openBook.ts'
import { encodeRecords, type InferenceRecord, MAX_FEE_UNITS } from '../../../sdk/record.ts'
import { proveRecord } from '../../../sdk/recordProof.ts'
import { amountCovering, encodeVouchers, signVoucher } from '../../../sdk/voucher.ts'
import { bytes, hash, integer } from '../../vectors/draw.ts'
import type { DrawnModel } from './drawnModel.ts'
import type { QuickLedger } from './ledger.ts'

/** Books as operators record them, courts void them, and penalties add to them. */

export interface DrawnBook {
  readonly model: number
  readonly operator: number
  readonly book: bigint
  /** As they stand. */
  readonly batches: readonly OpenedBatch[]
  readonly givenGwei: bigint
}

const MOST_GIVEN = 2 ** 32
/** More than a model's bond must hold beside its pools. */
const BOND_MINIMUM = 20n * 10n ** 9n

/** @param number Which book of the model and the operator it will be. */
export async function recordBook(
  quick: QuickLedger,
  next: RandomSource,
  { model, drawn, operator: place, number }: { model: number; drawn: DrawnModel; operator: number; number: number },
): Promise<DrawnBook> {
  const { local, send, operators, payer } = quick
  const { contracts, reader } = local.connection
  const { account: operator, by } = operators[place] as QuickLedger['operators'][number]
  const { k, fineTune } = drawn
  const lists = Array.from({ length: 1 + integer(next, 3) }, () => drawRecords(next, drawn))
  const units = lists.flat().reduce((sum, { feeUnits }) => sum + feeUnits, 0)
  const depositGwei = BigInt(units) * BigInt(fineTune.pay.feeUnitGwei)
  const salt = number
  const channel = channelId({ payer: payer.account, operator, model, salt })
  const open = callTo(contracts.channels, 'openChannel', [operator, model, salt, payer.signer.address, depositGwei])
  await send(payer.by, open)
  // The pools of all of a model's books together are less than their fees.
  const bond = callTo(contracts.bonds, 'deposit', [bondOfModel(model), BOND_MINIMUM + depositGwei])
  await send(local.wallets.deployer.address, bond)
  const voucher = await signVoucher({ chainId: reader.chain.id, address: contracts.channels.address }, payer.signer, {
    channelId: channel,
    maxClaimableAmount: amountCovering(BigInt(units), BigInt(fineTune.pay.feeUnitGwei)),
  })
  const vouchers = bytesToHex(encodeVouchers([{ channel: 0, ...voucher }]))
  const named = bytesToHex(encodeChannels([{ payer: payer.account, salt }]))
  const batches: OpenedBatch[] = []
  for (const [i, records] of lists.entries()) {
    const encoded = bytesToHex(encodeRecords(records, k, 1))
    const args = [model, named, i === 0 ? vouchers : '0x', encoded] as const
    const receipt = await send(by, callTo(contracts.ledger, 'recordBatch', args))
    const told = toldBatch(eventIn(receipt, contracts.ledger, 'BatchRecorded'), receipt.blockNumber)
    batches.push(await voidSome(quick, next, openBatch(told, k)))
  }
  const book = bookId({ model, operator, number })
  return { model, operator, book, batches, givenGwei: await giveSome(quick, next, model, operator) }
}

function drawRecords(next: RandomSource, { k, units }: DrawnModel): readonly InferenceRecord[] {
  const kind = integer(next, 5)
  const first = units.find(({ codes }) => codes.some((code) => code !== 0))
  return Array.from({ length: 1 + integer(next, integer(next, 12) === 0 ? 60 : 4) }, () => ({
    channel: 0,
    feeUnits: [1, MAX_FEE_UNITS, 1 + integer(next, MAX_FEE_UNITS), 1 + integer(next, 500)][integer(next, 4)] as number,
    commitment: hash(next),
    sketch: drawSketch(next, k, kind, first?.codes),
  }))
}

/** Anything, or what every answer of a book would be: all one way, or for or against a unit. */
function drawSketch(next: RandomSource, k: number, kind: number, codes: Int8Array | undefined): Uint8Array {
  if (kind < 2 || codes === undefined) return bytes(next, k / 8)
  if (kind === 2) return new Uint8Array(k / 8).fill(integer(next, 2) * 255)
  const sketch = new Uint8Array(k / 8)
  for (let d = 0; d < k; d++)
    if ((codes[d] as number) > 0 === (kind === 3)) sketch[d >> 3] = (sketch[d >> 3] as number) | (128 >> (d & 7))
  return sketch
}

async function voidSome({ local, send }: QuickLedger, next: RandomSource, batch: OpenedBatch): Promise<OpenedBatch> {
  const { ledger, court } = local.connection.contracts
  let standing = batch
  for (let i = 0; i < batch.records.length && integer(next, 5) === 0; i++) {
    const args = [proveRecord(standing, i), sumBytes(standing)] as const
    await send(court.address, callTo(ledger, integer(next, 2) === 0 ? 'voidRecord' : 'setAside', args))
    standing = voidRecord(standing, i)
  }
  return standing
}

async function giveSome(
  { local, send }: QuickLedger,
  next: RandomSource,
  model: number,
  operator: number,
): Promise<bigint> {
  if (integer(next, 3) > 0) return 0n
  const { bonds, court } = local.connection.contracts
  const amountGwei = BigInt(1 + integer(next, MOST_GIVEN))
  const split = { to: 0, toBps: 0, model, operator, givenBps: 10_000 }
  await send(court.address, callTo(bonds, 'slash', [bondOfAccount(operator), amountGwei, 0n, split]))
  return amountGwei
}

/** Strikes units of a model before the windows of its books end. */
export async function strikeSome(
  { local, send }: QuickLedger,
  next: RandomSource,
  model: number,
  { units }: DrawnModel,
): Promise<ReadonlySet<number>> {
  const { models, court } = local.connection.contracts
  const struck = new Set(Array.from({ length: 1 + integer(next, 3) }, () => integer(next, units.length)))
  for (const unit of struck) await send(court.address, callTo(models, 'strike', [model, unit]))
  return struck
}
