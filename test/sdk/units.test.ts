import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatOpen, parseOpen } from '../../sdk/units.ts'

describe('amounts of OPEN', () => {
  it.each([
    [0n, '0'],
    [1n, '0.000000001'],
    [20_000_000n, '0.02'],
    [1_234_567_000_000_000n, '1,234,567'],
    [-1_500_000_000n, '-1.5'],
  ])('%s gwei read %s', (gwei, text) => {
    expect(formatOpen(gwei)).toBe(text)
  })

  it('come back from their text to the gwei', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, (1n << 64n) - 1n), (gwei) => parseOpen(formatOpen(gwei).replaceAll(',', '')) === gwei),
    )
  })

  it.each(['', '-1', '1.', '.5', '0.0000000001', '1e3', '1,000'])('are not read from "%s"', (text) => {
    expect(() => parseOpen(text)).toThrow('is not an amount of OPEN')
  })
})
