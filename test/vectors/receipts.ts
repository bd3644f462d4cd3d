import { bytesToHex, type Hex, keccak256, toHex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { oneBitSketch } from '../../attribution/querySketch.ts'
import { packSketch, quantise } from '../../attribution/sketch.ts'
import { promisedRecord, type Receipt, signedReceipt, signReceipt } from '../../sdk/receipt.ts'

/** Receipts that hold, with what is signed of them and by whom; and receipts that must be refused, with why. */
export async function receiptVectors() {
  const key = privateKeyToAccount(keccak256(toHex('a receipt key')))
  const sound = [
    await receiptOf(key, 'with a sketch of 64 dimensions', { dims: 64 }),
    await receiptOf(key, 'without a sketch', {}),
    await receiptOf(key, 'of a walk-in channel', { dims: 64, channelSalt: 0 }),
    await receiptOf(key, 'at the highest fee', { feeUnits: 65_535 }),
  ]
  const [first] = sound as [(typeof sound)[number]]
  const { receipt } = first
  const broken = (name: string, changed: Partial<Record<keyof Receipt, unknown>>) => ({
    name,
    isSound: false,
    receipt: { ...receipt, ...changed },
  })
  return [
    ...sound,
    broken('of another answer', { answerHash: keccak256('0x01') }),
    broken('with a fee of nothing', { record: `0x0000${receipt.record.slice(6)}` }),
    broken('with a code against its bit', { querySketch: `0x${'11'.repeat(32)}` }),
    broken('with a record that is cut short', { record: receipt.record.slice(0, 20) }),
    broken('with capitals in a hash', { requestHash: receipt.requestHash.toUpperCase().replace('0X', '0x') }),
    broken('without a promise', { recordBy: 0 }),
    broken('with a field that nobody knows', { note: 'none' } as never),
  ]
}

interface Shape {
  readonly dims?: number
  readonly channelSalt?: number
  readonly feeUnits?: number
}

async function receiptOf(
  key: ReturnType<typeof privateKeyToAccount>,
  name: string,
  { dims = 0, channelSalt = 1, feeUnits = 20 }: Shape,
) {
  const values = Float32Array.from({ length: dims }, (_, i) => Math.sin(i + 1))
  const receipt = await signReceipt(key, {
    chainId: 31_337,
    court: '0x00000000000000000000000000000000000000c0' as Hex,
    model: 2,
    operator: 4,
    payer: 6,
    channelSalt,
    requestHash: keccak256(toHex(`what was asked ${name}`)),
    answerHash: keccak256(toHex(`what was answered ${name}`)),
    salt: keccak256(toHex(`a salt ${name}`)),
    querySketch: dims === 0 ? '0x' : bytesToHex(packSketch(quantise(values))),
    recordBy: 1_800_000_000,
    feeUnits,
    bits: dims === 0 ? new Uint8Array() : oneBitSketch(values),
  })
  const { channel, recordHash } = signedReceipt(receipt)
  const { commitment } = promisedRecord(receipt)
  return { name, isSound: true, receipt, signer: key.address, channel, commitment, recordHash, feeUnits }
}
