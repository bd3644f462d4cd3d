import { describe, expect, it } from 'vitest'
import { FalseAnswer, MayPass, NodeContradictsItself } from '../../../chain/contradiction.ts'
import {
  goodHealth,
  type Health,
  healthAfterContradiction,
  healthAfterError,
  healthAfterSuccess,
  type Verdict,
} from '../../../chain/node/health.ts'
import { NodeBusy, NotThereYet, RangeTooLarge } from '../../../chain/node/nodeError.ts'
import { StopError } from '../../../sdk/errors.ts'

const NODE = 'http://node'
const absent = new NotThereYet(NODE, 'the receipts of a block', { block: 7n })
const lie = { what: 'A header does not hash to its hash', facts: { block: 7n } }
const misfit = { what: 'A block does not follow the one before it', facts: { block: 7n }, mayPass: true }

/** What becomes of a node to which the same happens each second. */
function each(seconds: number, happens: (health: Health, now: number) => Verdict | undefined): readonly Verdict[] {
  let health = goodHealth
  return Array.from({ length: seconds }, (_, i) => {
    const verdict = happens(health, i * 1_000) as Verdict
    health = verdict.health
    return verdict
  })
}

describe('what a node', () => {
  it('does not have yet is waited for quietly, a minute long, and after that is a failure but never the end', () => {
    const verdicts = each(600, (health, now) => healthAfterError(NODE, health, 'blocks', absent, now))
    expect(verdicts.slice(0, 61).every(({ told, isWaitedFor }) => told === undefined && isWaitedFor)).toBe(true)
    expect(verdicts.slice(61).every(({ told, isWaitedFor }) => told === absent && !isWaitedFor)).toBe(true)
    expect(verdicts.some(({ disabledBy, kind }) => disabledBy !== undefined || kind === 'lie')).toBe(false)
    expect(Math.max(...verdicts.slice(0, 61).map(({ pauseMs }) => pauseMs))).toBe(4_000)
  })

  it('says that does not fit is a lie only where it goes on for a minute', () => {
    const verdicts = each(70, (health, now) => healthAfterContradiction(NODE, health, 'blocks', misfit, 10, now))
    expect(verdicts.slice(0, 61).every(({ told, kind }) => told === undefined && kind === 'disagreement')).toBe(true)
    expect(verdicts.slice(61, 65).every(({ told }) => told instanceof FalseAnswer)).toBe(true)
    expect(verdicts[65]?.disabledBy).toBeInstanceOf(NodeContradictsItself)
  })

  it('says that would end the history ends it only where it goes on for a minute', () => {
    const end = new StopError('The node is on another branch', {}, 'Check with another node.')
    const verdicts = each(62, (health, now) => healthAfterError(NODE, health, 'blocks', new MayPass(end), now))
    expect(verdicts.slice(0, 61).some(({ disabledBy }) => disabledBy !== undefined)).toBe(false)
    expect(verdicts.slice(0, 61).every(({ told, kind }) => told === undefined && kind === 'disagreement')).toBe(true)
    expect(verdicts[61]?.disabledBy).toBe(end)
  })

  it('says that its own hashes refute is a lie at once, and the fifth in a row disables it', () => {
    const verdicts = each(5, (health, now) => healthAfterContradiction(NODE, health, 'blocks', lie, 10, now))
    expect(verdicts.map(({ kind }) => kind)).toEqual(Array(5).fill('lie'))
    expect(verdicts.map(({ disabledBy }) => disabledBy !== undefined)).toEqual([false, false, false, false, true])
  })

  it('refuses as too much is asked for less at once, and is a failure only where even that goes on', () => {
    const tooMuch = new RangeTooLarge(NODE, 10n, {})
    const verdicts = each(17, (health, now) => healthAfterError(NODE, health, 'blocks', tooMuch, now))
    expect(verdicts.slice(0, 16).every(({ told, pauseMs }) => told === undefined && pauseMs < 100)).toBe(true)
    expect(verdicts[16]?.told).toBe(tooMuch)
  })

  it('asks for as a rest is kept', () => {
    const busy = new NodeBusy(NODE, { status: 429 }, 20_000)
    expect(healthAfterError(NODE, goodHealth, 'blocks', busy, 0)).toMatchObject({ pauseMs: 20_000, told: busy })
  })

  it('does well once clears what it did about the same thing, and only that', () => {
    const one = healthAfterContradiction(NODE, goodHealth, 'storage', lie, 10, 0).health
    const two = healthAfterError(NODE, one, 'blocks', absent, 0)?.health as Health
    const after = healthAfterSuccess(two, 'blocks')
    expect([after.waits, [...after.unsettledSince], [...after.lies]]).toEqual([0, [], [['storage', 1]]])
  })
})
