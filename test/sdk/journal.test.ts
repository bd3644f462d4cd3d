import { concat, keccak256, numberToHex, stringToHex } from 'viem'
import { describe, expect, it } from 'vitest'
import { EMPTY_JOURNAL, eventHash, JOURNAL_SLOT, journalOf, journalStep } from '../../sdk/journal.ts'
import type { journalVectors } from '../vectors/hashes.ts'
import { readVectors } from '../vectors/read.ts'

const vectors = readVectors<ReturnType<typeof journalVectors>[number]>('journal.json')

describe('the journal', () => {
  it('is in the slot that the protocol names', () => {
    const position = BigInt(keccak256(stringToHex('attribution.journal'))) - 1n
    const expected = BigInt(keccak256(numberToHex(position, { size: 32 }))) & ~0xffn
    expect(JOURNAL_SLOT).toBe(numberToHex(expected, { size: 32 }))
  })

  it('moves by every event as the vectors say, and counts them', () => {
    let slot = EMPTY_JOURNAL
    for (const [i, vector] of vectors.entries()) {
      const hash = eventHash(vector.topics, vector.data)
      slot = journalStep(slot, hash)
      expect({ hash, slot }).toEqual({ hash: vector.eventHash, slot: vector.slot })
      expect(journalOf(slot)).toEqual({ count: i + 1, head: slot.slice(0, 54) })
    }
  })

  it('hashes topics and data as one string of bytes', () => {
    for (const { topics, data, eventHash: expected } of vectors) {
      expect(keccak256(concat([...topics, data]))).toBe(expected)
    }
  })

  it('counts past 2^32', () => {
    const before = `0x${'ab'.repeat(26)}${(2 ** 32 - 1).toString(16).padStart(12, '0')}` as const
    expect(journalOf(journalStep(before, EMPTY_JOURNAL)).count).toBe(2 ** 32)
  })

  it('refuses a slot, a topic or a hash of another length', () => {
    expect(() => journalOf('0x12')).toThrow('"0x12" is not a hash')
    expect(() => journalStep(EMPTY_JOURNAL, '0x12')).toThrow('"0x12" is not a hash')
    expect(() => eventHash(['0x12'], '0x')).toThrow('"0x12" is not a hash')
  })
})
