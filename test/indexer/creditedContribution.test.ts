import { expect, it } from 'vitest'
import { encodeIndex } from '../../attribution/influenceIndex.ts'
import { contributionOfRow } from '../../indexer/api/schema/creditedContribution.ts'

it('the contribution of a credited row is found in the influence index, and that of a row without a leaf is not', () => {
  const entries = [0, 1, 4, 5, 9].map((row) => ({
    row,
    contribution: `0x${`0${row}`.repeat(32)}` as const,
    itemHash: `0x${'ee'.repeat(32)}` as const,
    sketch: new Uint8Array(32).fill(0x17),
  }))
  const file = encodeIndex({ dims: 64, rowCount: 11, entries })
  const found = Array.from({ length: 11 }, (_, row) => contributionOfRow(file, row))
  expect(found).toEqual(found.map((_, row) => entries.find((entry) => entry.row === row)?.contribution))
})
