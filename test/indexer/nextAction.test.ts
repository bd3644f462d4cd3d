import { describe, expect, it } from 'vitest'
import type { Step } from '../../chain/blocks/step.ts'
import type { Node } from '../../chain/node/node.ts'
import type { Header } from '../../chain/verify/header.ts'
import { type Action, type Moment, nextAction, noProgress } from '../../indexer/sync/nextAction.ts'

const [one, other] = [{ name: 'one' } as Node, { name: 'other' } as Node]
const nodeHead = { number: 90n } as Header
const behind: Step = { kind: 'behind', nodeHead, depth: 10n }

/** Between two steps, of a chain that makes a block each second. */
const STEP_MS = 10_000

/** The actions that steps lead to, one after the other. */
function actionsOf(
  steps: readonly (readonly [Node, Step])[],
  nodeCount: number,
  finalised?: bigint,
  blockMs: Moment['blockMs'] = 1_000,
): readonly Action[] {
  let progress = noProgress
  return steps.map(([node, step], i) => {
    const moment = { now: i * STEP_MS, blockMs }
    const [action, next] = nextAction(progress, { node, nodeHead, step }, nodeCount, finalised, moment)
    progress = next
    return action
  })
}

const times = (count: number, node: Node, step: Step) => Array.from({ length: count }, () => [node, step] as const)
const rollBack = { kind: 'rollBack', ancestor: 90n, depth: 10n, isReorg: false }

describe('the chain counts as rolled back', () => {
  it('once its only node is behind for a minute', () => {
    expect(actionsOf(times(7, one, behind), 1)).toEqual([...Array(6).fill({ kind: 'yield' }), rollBack])
  })

  it('once it is behind for eight blocks, where those take longer', () => {
    const actions = actionsOf(times(11, one, behind), 1, undefined, 12_000)
    expect(actions).toEqual([...Array(10).fill({ kind: 'yield' }), rollBack])
  })

  it('not while one of two nodes alone lags, for however long', () => {
    expect(actionsOf(times(50, one, behind), 2)).toEqual(Array(50).fill({ kind: 'yield' }))
  })

  it('once each of two nodes is behind for a minute', () => {
    const steps = [...times(6, one, behind), ...times(6, other, behind)]
    expect(actionsOf(steps, 2)).toEqual(Array(12).fill({ kind: 'yield' }))
    expect(actionsOf([...steps, ...times(1, other, behind)], 2).at(-1)).toEqual(rollBack)
  })

  it('not where a node was at the head in between', () => {
    const steps = [...times(6, one, behind), [one, { kind: 'upToDate' }] as const, ...times(6, one, behind)]
    expect(actionsOf(steps, 1).at(-1)).toEqual({ kind: 'yield' })
  })

  it('never below what is final', () => {
    expect(actionsOf(times(7, one, behind), 1, 91n).at(-1)).toEqual({ kind: 'refuse', finalised: 91n })
    expect(actionsOf(times(7, one, behind), 1, 90n).at(-1)).toEqual(rollBack)
  })
})

describe('at the head', () => {
  it('every eighth idle step in a row asks the other nodes', () => {
    expect(actionsOf(times(9, one, { kind: 'upToDate' }), 1)).toEqual(
      Array.from({ length: 9 }, (_, i) => ({ kind: 'wait', pollsOthers: i === 7 })),
    )
  })
})

describe('a step on another branch', () => {
  it('is rolled back to the common ancestor at once', () => {
    const reorged: Step = { kind: 'reorged', ancestor: 80n, depth: 20n }
    expect(actionsOf([[one, reorged]], 1)).toEqual([{ kind: 'rollBack', ancestor: 80n, depth: 20n, isReorg: true }])
  })

  it('is fetched again where its answers contradict each other', () => {
    const contradiction = { what: 'A log came twice', facts: {} }
    expect(actionsOf([[one, { kind: 'unsettled', contradiction }]], 1)).toEqual([{ kind: 'retry', contradiction }])
  })
})
