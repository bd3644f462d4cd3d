import { describe, expect, it } from 'vitest'
import { paraphrase } from '../../../pipeline/gym/paraphrase.ts'
import { createRandom } from '../../../pipeline/math/random.ts'

const text =
  "When the war ended, we could not help every country. Our government can't build a strong economy alone! Is peace a large problem today?"
const rewritten = (seed: number): string => paraphrase({ label: 'ham', text }, createRandom(seed, 'test')).text

describe('a paraphrase', () => {
  it('says the same with the same label: its words, some for others, in another order', () => {
    const { label, text: said } = paraphrase({ label: 'ham', text }, createRandom(2, 'test'))
    const words = (of: string): string[] => of.toLowerCase().match(/[a-z]+/g) ?? []
    const kept = words(text).filter((word) => words(said).includes(word)).length / words(text).length
    expect(label).toBe('ham')
    expect(said).not.toBe(text)
    expect(kept).toBeGreaterThan(0.5)
    expect(kept).toBeLessThan(0.95)
  })

  it('writes contractions out', () => {
    for (let seed = 1; seed <= 8; seed++) expect(rewritten(seed)).toMatch(/cannot/)
  })

  it('is the same for the same seed and another for another', () => {
    expect(rewritten(1)).toBe(rewritten(1))
    expect(new Set([1, 2, 3, 4, 5, 6].map(rewritten)).size).toBeGreaterThan(4)
  })
})
