import fc from 'fast-check'
import { bytesToHex, type Hex, hexToBytes, keccak256 } from 'viem'
import { describe, expect, it } from 'vitest'
import { provenValue } from '../../sdk/merklePatricia.ts'
import { trieOf } from './trieOf.ts'

/** Tries of keys alike in length, some of them with much in common, and values short enough to stand inside their parents. */
const tries = fc
  .array(
    fc.tuple(
      fc.array(fc.constantFrom(0, 1, 0x10, 0xff), { minLength: 4, maxLength: 4 }),
      fc.uint8Array({ minLength: 1, maxLength: 40 }),
    ),
    { minLength: 1, maxLength: 40 },
  )
  .map((entries) => new Map(entries.map(([key, value]) => [bytesToHex(Uint8Array.from(key)), bytesToHex(value)])))
const keys = fc
  .array(fc.constantFrom(0, 1, 0x10, 0xff, 0x42), { minLength: 4, maxLength: 4 })
  .map((key) => bytesToHex(Uint8Array.from(key)))

/** A node with one bit of it turned over. */
function turned(node: Hex, bit: number): Hex {
  const bytes = hexToBytes(node)
  const at = (bit >> 3) % bytes.length
  bytes[at] = (bytes[at] as number) ^ (1 << (bit & 7))
  return bytesToHex(bytes)
}

describe('a way through a trie', () => {
  it('leads to what stands under a key, and shows where nothing does', async () => {
    await fc.assert(
      fc.asyncProperty(tries, keys, async (entries, stranger) => {
        const { root, prove } = await trieOf(entries)
        for (const key of [...entries.keys(), stranger]) {
          const proof = await prove(key)
          const shown = provenValue(root, hexToBytes(key), proof)
          expect(shown).toEqual({ kind: 'proven', value: entries.get(key) })
          expect(provenValue(root, hexToBytes(key), proof.toReversed())).toEqual(shown)
        }
      }),
      { numRuns: 150 },
    )
  })

  it('that was changed anywhere breaks off, or leads to the same all the same', async () => {
    await fc.assert(
      fc.asyncProperty(tries, keys, fc.nat(), fc.nat(100_000), async (entries, stranger, which, bit) => {
        const { root, prove } = await trieOf(entries)
        const all = [...entries.keys(), stranger]
        const key = all[which % all.length] as Hex
        const proof = await prove(key)
        const at = bit % proof.length
        const node = proof[at] as Hex
        const changed = provenValue(root, hexToBytes(key), proof.with(at, turned(node, bit)))
        // Some nodes are told beside their parents in which they stand, and only there a change does no harm.
        const isNeeded = at === 0 || hexToBytes(node).length >= 32
        if (isNeeded) expect(changed).toMatchObject({ kind: 'broken' })
        else expect(changed).toEqual({ kind: 'proven', value: entries.get(key) })
        const shorter = provenValue(root, hexToBytes(key), proof.toSpliced(at, 1))
        if (isNeeded) expect(shorter).toMatchObject({ kind: 'broken' })
      }),
      { numRuns: 300 },
    )
  })

  it('of another key or to another root proves nothing of this one', async () => {
    await fc.assert(
      fc.asyncProperty(tries, keys, keys, async (entries, key, other) => {
        const { root, prove } = await trieOf(entries)
        const shown = provenValue(root, hexToBytes(key), await prove(other))
        if (shown.kind === 'proven') expect(shown.value).toBe(entries.get(key))
        const elsewhere = provenValue(keccak256(root), hexToBytes(key), await prove(key))
        expect(elsewhere).toEqual({ kind: 'broken', at: { node: 0n, hash: keccak256(root) } })
      }),
      { numRuns: 150 },
    )
  })

  it.each<Hex>(['0x', '0xc0', '0xc20102', '0xc3820102', '0xf8', '0xc3c20102', `0x${'c1'.repeat(5_000)}`])(
    'through what is no node, %.12s, breaks off',
    (node) => {
      expect(provenValue(keccak256(node), Uint8Array.of(1, 2), [node])).toMatchObject({ kind: 'broken' })
    },
  )

  it('through what is not even hexadecimal breaks off', () => {
    expect(provenValue(keccak256('0x01'), Uint8Array.of(1), ['0xzz', 'no' as Hex])).toMatchObject({ kind: 'broken' })
  })
})
