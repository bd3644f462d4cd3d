import { bytesToHex, hexToBytes, keccak256, stringToHex } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { beforeAll, describe, expect, it } from 'vitest'
import { bitsOf } from '../../attribution/querySketch.ts'
import { randomSource } from '../../attribution/random.ts'
import { packSketch } from '../../attribution/sketch.ts'
import { channelId } from '../../sdk/channel.ts'
import {
  parseReceipt,
  promisedRecord,
  type Receipt,
  signedReceipt,
  signerOfReceipt,
  signReceipt,
} from '../../sdk/receipt.ts'
import { recordLeaf } from '../../sdk/record.ts'
import { codes } from '../vectors/draw.ts'

const key = privateKeyToAccount(generatePrivateKey())
const query = codes(randomSource(5), 64)
const draft = {
  chainId: 31_337,
  court: `0x${'c0'.repeat(20)}`,
  model: 2,
  operator: 3,
  payer: 4,
  channelSalt: 5,
  requestHash: keccak256(stringToHex('what?')),
  answerHash: keccak256(stringToHex('that.')),
  salt: `0x${'5a'.repeat(32)}`,
  querySketch: bytesToHex(packSketch(query)),
  recordBy: 1_800_000_000,
  feeUnits: 300,
  bits: bitsOf(Int8Array.from(query, (code) => (code < 0 ? -1 : 1))),
} as const

describe('a receipt', () => {
  let receipt: Receipt

  beforeAll(async () => {
    receipt = await signReceipt(key, draft)
  })

  it('survives its file', () => {
    expect(parseReceipt(JSON.stringify(receipt), 'receipt.json')).toEqual(receipt)
  })

  it('promises the record of the answer, and is signed by the operator’s key', async () => {
    const record = promisedRecord(receipt)
    expect(record).toMatchObject({ payer: 4, salt: 5, feeUnits: 300, sketch: bytesToHex(draft.bits) })
    const channel = channelId({ payer: 4, operator: 3, model: 2, salt: 5 })
    expect(signedReceipt(receipt)).toEqual({
      model: 2,
      channel,
      recordHash: recordLeaf(channel, { ...record, sketch: hexToBytes(record.sketch) }),
      recordBy: 1_800_000_000n,
    })
    expect(await signerOfReceipt(receipt)).toBe(key.address)
  })

  it('is nobody’s where anything of it is changed', async () => {
    const changes: Partial<Receipt>[] = [
      { model: 1 },
      { operator: 1 },
      { payer: 1 },
      { channelSalt: 1 },
      { recordBy: 1 },
      { chainId: 1 },
      { court: `0x${'c1'.repeat(20)}` },
      { record: `0x0001${receipt.record.slice(6)}` },
    ]
    for (const change of changes) {
      expect(await signerOfReceipt({ ...receipt, ...change })).not.toBe(key.address)
    }
    expect(await signerOfReceipt({ ...receipt, signature: `0x${'00'.repeat(65)}` })).toBeUndefined()
  })

  it('is refused where its record does not commit to what it names', () => {
    const read = (change: object) => () => parseReceipt(JSON.stringify({ ...receipt, ...change }), 'receipt.json')
    expect(read({ requestHash: receipt.answerHash })).toThrow('does not commit')
    expect(read({ salt: receipt.answerHash })).toThrow('does not commit')
    expect(read({ querySketch: '0x' })).toThrow('does not commit')
    expect(read({ record: `0x0000${receipt.record.slice(6)}` })).toThrow('does not commit')
    expect(read({ record: '0x0001' })).toThrow('cut short')
    expect(read({ extra: 1 })).toThrow('receipt.json is no receipt')
    expect(() => parseReceipt('{', 'receipt.json')).toThrow('receipt.json is not JSON')
  })

  it('cannot be signed with bits that are not of its int4 sketch, nor for a fee that no record holds', async () => {
    await expect(signReceipt(key, { ...draft, bits: draft.bits.map((byte) => ~byte) })).rejects.toThrow('its bit is')
    for (const feeUnits of [0, 65_536, 1.5]) {
      await expect(signReceipt(key, { ...draft, feeUnits })).rejects.toThrow(`cannot be for ${feeUnits} fee units`)
    }
  })

  it('of a model whose records have no sketch has none either', async () => {
    const plain = await signReceipt(key, { ...draft, querySketch: '0x', bits: new Uint8Array() })
    expect(plain.record.length).toBe(2 + 2 * 34)
    expect(await signerOfReceipt(parseReceipt(JSON.stringify(plain), 'receipt.json'))).toBe(key.address)
  })
})
