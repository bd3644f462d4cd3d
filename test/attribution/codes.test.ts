import { describe, expect, it } from 'vitest'
import { checkCodeCount } from '../../attribution/codes.ts'

describe('the number of codes of a sketch', () => {
  it('is a multiple of 64 from 64 to 1,024', () => {
    for (const k of [64, 256, 1024]) expect(() => checkCodeCount(k)).not.toThrow()
    for (const k of [0, 63, 100, 1088, 64.5, Number.NaN]) {
      expect(() => checkCodeCount(k)).toThrow(`A sketch cannot have ${k} codes`)
    }
  })
})
