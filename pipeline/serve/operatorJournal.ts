import { closeSync, existsSync, fsyncSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs'
import { type Address, bytesToHex, type Hex, hexToBytes, isAddress } from 'viem'
import * as z from 'zod'
import type { ToldBatch } from '../../sdk/batch.ts'
import { decodeChannels, encodeChannels } from '../../sdk/channel.ts'
import { StopError } from '../../sdk/errors.ts'
import { type Receipt, receiptSchema } from '../../sdk/receipt.ts'
import { lockFile } from './fileLock.ts'
import type { SentTransaction } from './sentOnce.ts'

/**
 * What an operator remembers, one line a fact, on disk before anything follows from it: vouchers before calls are served on them, calls with
 * their receipts before anybody is given one, transactions before they are sent, batches as they were recorded. It holds salts, so it never
 * leaves the operator; requests and answers themselves are not in it, only their hashes.
 */

const hex = z.templateLiteral(['0x', z.string().regex(/^([0-9a-f]{2})*$/)])
const decimal = z.string().regex(/^\d+$/).transform(BigInt)

const voucherSchema = z.strictObject({
  kind: z.literal('voucher'),
  payer: z.int().nonnegative(),
  salt: z.int().nonnegative(),
  maxClaimableAmount: decimal,
  signature: hex,
})

const callSchema = z.strictObject({
  kind: z.literal('call'),
  /** The caller's name for this call; the same name is never served or charged twice. */
  id: z.string().min(1),
  receipt: receiptSchema,
})

const sentSchema = z.strictObject({
  kind: z.literal('sent'),
  chainId: z.int().positive(),
  from: z.custom<Address>((value) => typeof value === 'string' && isAddress(value), 'must be an address'),
  nonce: z.int().nonnegative(),
  raw: hex,
})

const batchSchema = z.strictObject({
  kind: z.literal('batch'),
  batch: decimal,
  book: decimal,
  number: z.int().nonnegative(),
  recordedIn: z.int().nonnegative(),
  units: decimal,
  root: hex,
  channels: hex,
  records: hex,
})

const lineSchema = z.discriminatedUnion('kind', [voucherSchema, callSchema, sentSchema, batchSchema])
type Line = z.infer<typeof lineSchema>

/** A voucher that a payer handed over, for its channel at this operator and model. */
export interface KeptVoucher {
  readonly payer: number
  readonly salt: number
  readonly maxClaimableAmount: bigint
  readonly signature: Hex
}

export interface Call {
  readonly id: string
  readonly receipt: Receipt
}

export interface OperatorJournal {
  readonly calls: ReadonlyMap<string, Receipt>
  /** The largest voucher of each channel, by `channelName`. */
  readonly vouchers: ReadonlyMap<string, KeptVoucher>
  /** Transactions that record batches, in the order in which they were signed. */
  readonly sent: readonly SentTransaction[]
  /** Batches as they were recorded, by number; what a reorg undid is among them. */
  readonly batches: ReadonlyMap<bigint, ToldBatch>
  readonly keepVouchers: (vouchers: readonly KeptVoucher[]) => void
  readonly keepCalls: (calls: readonly Call[]) => void
  readonly keepSent: (sent: SentTransaction) => void
  readonly keepBatch: (batch: ToldBatch) => void
  readonly close: () => void
}

/** How a channel of one operator and model is called. */
export function channelName({ payer, salt }: { readonly payer: number; readonly salt: number }): string {
  return `${payer}/${salt}`
}

/** Opens the journal at `path`, which no other process may have open. A last line that a power cut left unfinished is dropped. */
export function openOperatorJournal(path: string): OperatorJournal {
  const lock = lockFile(path, 'this operator’s journal')
  const text = existsSync(path) ? readFileSync(path, 'utf8') : ''
  const whole = text.slice(0, text.lastIndexOf('\n') + 1)
  const calls = new Map<string, Receipt>()
  const vouchers = new Map<string, KeptVoucher>()
  const sent: SentTransaction[] = []
  const batches = new Map<bigint, ToldBatch>()
  const remember = (line: Line) => {
    if (line.kind === 'call') calls.set(line.id, line.receipt)
    if (line.kind === 'voucher') rememberVoucher(vouchers, line)
    if (line.kind === 'sent') sent.push(sentOf(line))
    if (line.kind === 'batch') batches.set(line.batch, batchOf(line))
  }
  for (const [index, line] of whole.split('\n').slice(0, -1).entries()) {
    remember(parseLine(line, `Line ${index + 1} of ${path}`))
  }
  const file = openSync(path, 'a', 0o600)
  ftruncateSync(file, Buffer.byteLength(whole))

  const append = (lines: readonly Line[]) => {
    if (lines.length === 0) return
    writeSync(file, lines.map((line) => `${JSON.stringify(line, textOfBigint)}\n`).join(''))
    fsyncSync(file)
    for (const line of lines) remember(line)
  }
  return {
    calls,
    vouchers,
    sent,
    batches,
    keepVouchers: (kept) => append(kept.map((voucher) => ({ kind: 'voucher', ...voucher }))),
    keepCalls: (served) => append(served.map((call) => ({ kind: 'call', ...call }))),
    keepSent: (transaction) => append([{ kind: 'sent', ...transaction }]),
    keepBatch: (batch) => append([lineOf(batch)]),
    close: () => {
      closeSync(file)
      lock.release()
    },
  }
}

function rememberVoucher(
  vouchers: Map<string, KeptVoucher>,
  { kind: _, ...voucher }: Line & { kind: 'voucher' },
): void {
  const before = vouchers.get(channelName(voucher))
  if (before !== undefined && before.maxClaimableAmount >= voucher.maxClaimableAmount) return
  vouchers.set(channelName(voucher), voucher)
}

function sentOf({ kind: _, ...sent }: Line & { kind: 'sent' }): SentTransaction {
  return sent
}

function lineOf({ channels, records, ...batch }: ToldBatch): Line {
  return {
    kind: 'batch',
    ...batch,
    channels: bytesToHex(encodeChannels(channels)),
    records: bytesToHex(records),
  }
}

function batchOf({ kind: _, channels, records, ...batch }: Line & { kind: 'batch' }): ToldBatch {
  return { ...batch, channels: decodeChannels(hexToBytes(channels)), records: hexToBytes(records) }
}

function textOfBigint(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}` : value
}

function parseLine(line: string, source: string): Line {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    value = undefined
  }
  const parsed = lineSchema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new StopError(
    `${source} is no fact that an operator remembers`,
    { problem: parsed.error.issues[0]?.message ?? 'unknown' },
    'Restore the journal from a copy: without it calls cannot be recorded, or would be served twice.',
  )
}
