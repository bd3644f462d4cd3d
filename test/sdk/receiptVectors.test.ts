import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { parseReceipt, promisedRecord, signedReceipt, signerOfReceipt } from '../../sdk/receipt.ts'
import { receiptJsonSchema } from '../vectors/generate.ts'
import { readVectors } from '../vectors/read.ts'
import type { receiptVectors } from '../vectors/receipts.ts'

type Vector = Awaited<ReturnType<typeof receiptVectors>>[number]
const vectors = readVectors<Vector>('receipts.json')

describe('the published schema of receipts', () => {
  const text = readFileSync('docs/receipt.schema.json', 'utf8')
  const fits = new Ajv2020({ strict: false }).compile(JSON.parse(text))

  it('is what the SDK reads by', () => {
    expect(text).toBe(receiptJsonSchema())
  })

  it.each(vectors.filter(({ isSound }) => isSound))('fits a receipt $name', ({ receipt }) => {
    expect(fits(receipt)).toBe(true)
  })

  it('refuses what is malformed, and leaves what does not go together to the SDK', () => {
    const refused = vectors.filter(({ receipt }) => !fits(receipt)).map(({ name }) => name)
    expect(refused).toEqual(['with capitals in a hash', 'without a promise', 'with a field that nobody knows'])
  })
})

describe('a receipt', () => {
  it.each(vectors)('$name is read or refused as the vectors say', async (vector) => {
    const read = () => parseReceipt(JSON.stringify(vector.receipt), 'the vector')
    if (!vector.isSound) {
      expect(read).toThrow()
      return
    }
    const receipt = read()
    const { channel, recordHash } = signedReceipt(receipt)
    const { commitment, feeUnits } = promisedRecord(receipt)
    const { name, isSound } = vector
    const signer = await signerOfReceipt(receipt)
    expect({ name, isSound, receipt, signer, channel, commitment, recordHash, feeUnits }).toEqual(vector)
  })
})
