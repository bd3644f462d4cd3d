import { describe, expect, it } from 'vitest'
import { isDue, type ModelCase } from '../../watcher/caseQueue.ts'
import type { Challenge } from '../../watcher/challenge.ts'
import type { Filed } from '../../watcher/filing.ts'
import { roundOf } from '../../watcher/watcher.ts'

const challenge = (unit: number): Challenge => ({ kind: 'FalseUnit', model: 7, unit, deadline: 0 })
const [first, second] = [challenge(0), challenge(1)]
const refused: Filed = {
  challenge: second,
  kind: 'sent',
  outcome: { kind: 'refused', errorName: undefined, message: 'It would revert' },
}

describe('a round', () => {
  it('leaves open what the chain has not settled', () => {
    const filed: readonly Filed[] = [{ challenge: first, kind: 'settled' }, refused]
    expect(roundOf([first, second], filed)).toEqual({ open: [second], moved: false })
  })

  it('got further where something was committed to', () => {
    const committed: Filed = { challenge: first, kind: 'committed', now: false }
    expect(roundOf([first], [committed])).toEqual({ open: [first], moved: true })
  })
})

describe('a row index', () => {
  const known = (kind: ModelCase['kind']) => ({ kind, model: { index: { root: '0x01' } } }) as unknown as ModelCase

  it('is read when it is new or another one, and again when it was missing long enough', () => {
    expect(isDue(undefined, '0x01', 0, 0, 30)).toBe(true)
    expect(isDue(known('read'), '0x02', 100, 100, 30)).toBe(true)
    expect(isDue(known('read'), '0x01', 0, 1_000, 30)).toBe(false)
    expect(isDue(known('unread'), '0x01', 100, 129, 30)).toBe(false)
    expect(isDue(known('unread'), '0x01', 100, 130, 30)).toBe(true)
  })
})
