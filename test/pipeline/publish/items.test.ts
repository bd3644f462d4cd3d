import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { concat, keccak256, toBytes } from 'viem'
import { describe, expect, it } from 'vitest'
import { ensureCommitment, readItems } from '../../../pipeline/publish/items.ts'

const items = [
  { label: 'ham', text: 'lunch at noon' },
  { label: 'spam', text: 'you have won' },
]

describe('a contributor’s commitment', () => {
  const folder = mkdtempSync(join(tmpdir(), 'items-'))
  let drawn = 0
  const counting = () => new Uint8Array(32).fill(++drawn)

  it('hashes every item with a salt of its own', () => {
    const { items: salted, itemsRoot } = ensureCommitment(join(folder, 'a.json'), items, counting)
    const content = toBytes('{"label":"ham","text":"lunch at noon"}')
    expect(salted[0]?.itemHash).toBe(keccak256(concat([new Uint8Array(32).fill(1), content])))
    const [left, right] = salted.map(({ itemHash }) => keccak256(itemHash)).sort()
    expect(itemsRoot).toBe(keccak256(concat([left ?? '0x', right ?? '0x'])))
  })

  it('is read again rather than made anew, because new salts would be another contribution', () => {
    const before = readFileSync(join(folder, 'a.json'), 'utf8')
    ensureCommitment(join(folder, 'a.json'), items, counting)
    expect({ file: readFileSync(join(folder, 'a.json'), 'utf8'), drawn }).toEqual({ file: before, drawn: 2 })
  })

  it('is refused where the items changed since', () => {
    const changed = [items[0], { label: 'ham', text: 'you have won' }].filter((item) => item !== undefined)
    expect(() => ensureCommitment(join(folder, 'a.json'), changed, counting)).toThrow('commits to other items')
  })

  it.each([
    ['no items', '', 'holds no items'],
    ['a line that is not JSON', '{"label":"ham","text":"a"}\n{"label"\n', 'Line 2 of'],
    ['an item with something else in it', '{"label":"ham","text":"a","name":"Ann"}\n', 'is not an item'],
  ])('names the line of a file with %s', (_, content, sentence) => {
    const path = join(folder, 'bad.jsonl')
    writeFileSync(path, content)
    expect(() => readItems(path)).toThrow(sentence)
  })
})
