import { describe, expect, it } from 'vitest'
import { readVocabulary } from '../../../pipeline/train/base/package.ts'
import { createTokenizer, loadTokenizer } from '../../../pipeline/train/base/tokenizer.ts'

const CONTROLS = ['<unk>', '<s>', '</s>', 'a', 'b', 'c'].map((piece) => [piece, 0] as const)

describe('a tokenizer', () => {
  const { tokenize } = createTokenizer([...CONTROLS, ['▁no', -3], ['▁now', -5], ['w', -1], ['here', -2], ['▁', -1]])

  it('takes the split with the highest sum of scores, not the longest piece', () => {
    expect([...tokenize('nowhere', 64)]).toEqual([6, 8, 9])
  })

  it('makes one unknown piece of a run of characters that it cannot spell', () => {
    expect([...tokenize('xyz now', 64)]).toEqual([10, 0, 6, 8])
  })

  it('keeps the first pieces of a long text, and one piece of an empty one', () => {
    expect([...tokenize('now now now', 3)]).toEqual([6, 8, 6])
    expect([...tokenize('', 64)]).toEqual([10])
  })
})

describe("the base model's tokenizer", () => {
  const { tokenize } = loadTokenizer()
  const pieces = (text: string): string[] => {
    const vocabulary = JSON.parse(readVocabulary()) as [string, number][]
    return [...tokenize(text, 64)].map((id) => vocabulary[id]?.[0] ?? '?')
  }

  it('spells English in few pieces', () => {
    expect(pieces('The quick brown fox jumps over the lazy dog.')).toEqual([
      '▁The',
      '▁quick',
      '▁brown',
      '▁fo',
      'x',
      '▁jump',
      's',
      '▁over',
      '▁the',
      '▁lazy',
      '▁dog',
      '.',
    ])
  })

  it('normalises compatibility characters first', () => {
    expect(tokenize('ｆｒｅｅ ﬁle', 64)).toEqual(tokenize('free file', 64))
  })

  it('takes no longer for a text that never ends', () => {
    const before = process.cpuUsage()
    expect([...tokenize('free money '.repeat(200_000), 64)]).toEqual([...tokenize('free money '.repeat(64), 64)])
    expect(process.cpuUsage(before).user).toBeLessThan(2_000_000)
  })

  it('weighs the pieces with a colon, whose scores the package lost, like their neighbours in the list', () => {
    expect(pieces('note: see http://x :)')).toContain('://')
    expect(pieces('a:b')).toContain(':')
  })
})
