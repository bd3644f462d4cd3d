import { describe, expect, it } from 'vitest'
import { FalseAnswer } from '../../chain/contradiction.ts'
import { NodeBusy } from '../../chain/node/nodeError.ts'
import type { IndexerEvent } from '../../indexer/events.ts'
import { healthAfterEvent, healthAt, newSync } from '../../indexer/roles/syncHealth.ts'
import { RetryError } from '../../sdk/errors.ts'

const NODE = 'http://node'
const silent = new RetryError('Silence', {}, 'It is asked again.')
const busy = new NodeBusy(NODE, {}, undefined)
const false_ = new FalseAnswer(NODE, { what: 'A lie', facts: {} })
const following = healthAfterEvent(newSync, { kind: 'caughtUp', block: 7n }, 0)
const troubled = (error: RetryError, node?: string): IndexerEvent => ({ kind: 'troubled', error, node })

/** The state this long after a trouble that began while following. */
const stateAfter = (error: RetryError, ms: number, node?: string) =>
  healthAt(healthAfterEvent(following, troubled(error, node), 0), ms).state.kind

describe('readiness', () => {
  it('outlives a node that is silent or lies for less than ten seconds', () => {
    expect([stateAfter(silent, 9_999, NODE), stateAfter(silent, 10_000, NODE)]).toEqual(['following', 'troubled'])
    expect([stateAfter(false_, 9_999, NODE), stateAfter(false_, 10_000, NODE)]).toEqual(['following', 'troubled'])
  })

  it('outlives a node that asks for a rest for less than a minute', () => {
    expect([stateAfter(busy, 59_999, NODE), stateAfter(busy, 60_000, NODE)]).toEqual(['following', 'troubled'])
  })

  it('ends at once where the database fails', () => {
    expect(stateAfter(silent, 0)).toBe('troubled')
  })

  it('counts from the first of several troubles, and anew once something was stored', () => {
    const second = healthAfterEvent(
      healthAfterEvent(following, troubled(silent, NODE), 0),
      troubled(silent, NODE),
      9_000,
    )
    expect(healthAt(second, 10_000).state.kind).toBe('troubled')
    const cleared = healthAfterEvent(second, { kind: 'caughtUp', block: 8n }, 9_500)
    expect(healthAt(cleared, 60_000).state.kind).toBe('following')
  })

  it('does not count silence once a node answers again, though it may lag; a lie it does', () => {
    const looked: IndexerEvent = { kind: 'looked', nodeHead: 5n, timestamp: 0n }
    const then = (error: RetryError) =>
      healthAt(healthAfterEvent(healthAfterEvent(following, troubled(error, NODE), 0), looked, 5_000), 20_000).state
        .kind
    expect([then(silent), then(false_)]).toEqual(['following', 'troubled'])
  })

  it('is not there before the history is complete, and says of any trouble why', () => {
    const state = healthAfterEvent(newSync, troubled(busy, NODE), 0).state
    expect(state).toEqual({ kind: 'troubled', reason: expect.stringContaining('is busy') })
  })
})
