// Receipts: what an operator signs with every answer, as one JSON file, which is all that its payer needs to hold the operator to it.
//
//   record       fee uint16 ‖ commitment bytes32 ‖ query sketch                     what is to be recorded, but for its channel
//   commitment   keccak256(salt ‖ requestHash ‖ answerHash ‖ keccak256(int4 sketch))
//   recordHash   the leaf of the record: channel and record
//   Receipt(uint32 model, bytes32 channel, bytes32 recordHash, uint64 recordBy)      EIP-712, of the Court, by the receipt key
//
// docs/protocol.md, "Records and batches" and "Signatures".

import { type Address, bytesToHex, type Hex, hexToBytes, recoverTypedDataAddress } from 'viem'
import type { LocalAccount } from 'viem/accounts'
import * as z from 'zod'
import { bytes32 } from '../attribution/bytes32.ts'
import { checkSigns } from '../attribution/querySketch.ts'
import { unpackSketch } from '../attribution/sketch.ts'
import { channelId } from './channel.ts'
import { StopError } from './errors.ts'
import { inferenceCommitment, MAX_FEE_UNITS, recordLeaf } from './record.ts'
import type { ShownRecord } from './recordProof.ts'
import { receiptTypedData } from './typedData.ts'

/** How far ahead a client lets an operator promise: a day, which is as long as a batch may wait. */
export const LONGEST_PROMISE_SECONDS = 86_400

const hex = (bytes?: number) =>
  z
    .string()
    .regex(bytes === undefined ? /^0x([0-9a-f]{2})*$/ : new RegExp(`^0x[0-9a-f]{${2 * bytes}}$`))
    .transform((value) => value as Hex)
const id = z.int().min(0).max(0xffff_ffff)

export const receiptSchema = z.strictObject({
  chainId: z.int().positive(),
  court: hex(20),
  model: id,
  operator: id,
  payer: id,
  /** The salt of the payer's channel. */
  channelSalt: id,
  requestHash: hex(32),
  answerHash: hex(32),
  salt: hex(32),
  /** The packed int4 sketch of the query; empty where the model's records have none. */
  querySketch: hex(),
  /** The record's bytes, but for its channel. */
  record: hex(),
  /** Until when it will be recorded, in Unix time. */
  recordBy: z.int().positive(),
  signature: hex(65),
})

export type Receipt = z.infer<typeof receiptSchema>

/** What a receipt is made of, before it is signed. */
export type ReceiptDraft = Omit<Receipt, 'signature' | 'record'> & {
  readonly feeUnits: number
  /** One bit a dimension. */
  readonly bits: Uint8Array
}

const COMMITMENT = 2
const SKETCH = 34

export async function signReceipt(
  key: Pick<LocalAccount, 'signTypedData'>,
  { feeUnits, bits, ...draft }: ReceiptDraft,
): Promise<Receipt> {
  if (!Number.isInteger(feeUnits) || feeUnits < 1 || feeUnits > MAX_FEE_UNITS) {
    throw new StopError(
      `A receipt cannot be for ${feeUnits} fee units`,
      {},
      `Fees are 1 to ${MAX_FEE_UNITS} whole units.`,
    )
  }
  const sketch = hexToBytes(draft.querySketch)
  const record = new Uint8Array(SKETCH + bits.length)
  new DataView(record.buffer).setUint16(0, feeUnits)
  record.set(bytes32(inferenceCommitment(draft.salt, draft.requestHash, draft.answerHash, sketch)), COMMITMENT)
  record.set(bits, SKETCH)
  const unsigned = { ...draft, record: bytesToHex(record) }
  const signature = await key.signTypedData(typedDataOf(unsigned))
  return checkReceipt({ ...unsigned, signature })
}

/** Reads a receipt, and refuses one whose parts do not go together. Who signed it, `signerOfReceipt` says. */
export function parseReceipt(json: string, source: string): Receipt {
  const parsed = receiptSchema.safeParse(jsonIn(json, source))
  if (parsed.success) return checkReceipt(parsed.data)
  const [issue] = parsed.error.issues
  throw new StopError(
    `${source} is no receipt`,
    { at: issue?.path.join('.') || 'top level', problem: issue?.message ?? 'unknown' },
    'Take it from the operator’s answer, whole.',
  )
}

/** The record that a receipt promises, as contracts take it. */
export function promisedRecord({
  record,
  payer,
  channelSalt,
}: Pick<Receipt, 'record' | 'payer' | 'channelSalt'>): ShownRecord {
  const bytes = hexToBytes(record)
  return {
    payer,
    salt: channelSalt,
    feeUnits: new DataView(bytes.buffer).getUint16(0),
    commitment: bytesToHex(bytes.subarray(COMMITMENT, SKETCH)),
    sketch: bytesToHex(bytes.subarray(SKETCH)),
  }
}

/** What was signed, as the Court takes it. */
export function signedReceipt(receipt: Omit<Receipt, 'signature'>) {
  const { model, operator, payer, channelSalt, recordBy } = receipt
  const channel = channelId({ payer, operator, model, salt: channelSalt })
  const promised = promisedRecord(receipt)
  const recordHash = recordLeaf(channel, { ...promised, sketch: hexToBytes(promised.sketch) })
  return { model, channel, recordHash, recordBy: BigInt(recordBy) }
}

/** Who signed a receipt; whether that is the operator's key, `Court.keyTermOf` says. */
export async function signerOfReceipt(receipt: Receipt): Promise<Address | undefined> {
  try {
    return await recoverTypedDataAddress({ ...typedDataOf(receipt), signature: receipt.signature })
  } catch {
    return undefined
  }
}

/** Refuses a receipt whose commitment, bits and int4 sketch are not of one answer. */
function checkReceipt(receipt: Receipt): Receipt {
  const { requestHash, answerHash, salt, querySketch } = receipt
  if (hexToBytes(receipt.record).length < SKETCH) {
    throw new StopError('A receipt’s record is cut short', { record: receipt.record }, 'Ask the operator for it again.')
  }
  const { commitment, feeUnits, sketch } = promisedRecord(receipt)
  const committed = inferenceCommitment(salt, requestHash, answerHash, hexToBytes(querySketch))
  if (commitment !== committed || feeUnits === 0) {
    throw new StopError(
      'A receipt’s record does not commit to the request, the answer and the sketch that it names',
      { commitment, expected: committed, feeUnits },
      'Do not pay further: what it promises cannot be checked.',
    )
  }
  checkSigns(hexToBytes(sketch), unpackSketch(hexToBytes(querySketch)))
  return receipt
}

function typedDataOf(receipt: Omit<Receipt, 'signature'>) {
  return receiptTypedData({ chainId: receipt.chainId, address: receipt.court }, signedReceipt(receipt))
}

function jsonIn(text: string, source: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new StopError(`${source} is not JSON`, {}, 'Take the receipt from the operator’s answer, whole.', cause)
  }
}
