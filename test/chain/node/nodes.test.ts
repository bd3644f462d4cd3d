import { describe, expect, it } from 'vitest'
import { FalseAnswer, NodeContradictsItself } from '../../../chain/contradiction.ts'
import type { Node } from '../../../chain/node/node.ts'
import { NodeBusy } from '../../../chain/node/nodeError.ts'
import { nodesOf } from '../../../chain/node/nodes.ts'
import { RetryError, StopError } from '../../../sdk/errors.ts'

const [a, b, c] = ['http://a', 'http://b', 'http://c'].map((name) => ({ name }) as Node) as [Node, Node, Node]
const signal = new AbortController().signal
const silent = new RetryError('Silence', {}, 'It is asked again.')
const lie = { what: 'A lie', facts: { block: 7n } }

function nodesAmong(nodes: readonly Node[], admit: (node: Node) => Promise<void> = async () => {}) {
  const errors: Error[] = []
  const collect = (error: Error) => errors.push(error)
  return { errors, nodes: nodesOf(nodes, { admit, pauseMs: 30, failed: collect, disabled: collect }) }
}

describe('among several nodes', () => {
  it('one is asked as long as it does well, and another at once where it fails', async () => {
    const { nodes, errors } = nodesAmong([a, b])
    expect([await nodes.next(signal), await nodes.next(signal)]).toEqual([a, a])
    nodes.failed(a, 'blocks', silent)
    expect([await nodes.next(signal), errors]).toEqual([b, [silent]])
  })

  it('one that fails and was not the one to be asked is said to stand aside', async () => {
    const asides: boolean[] = []
    const failed = (_error: RetryError, _node: string, isAside: boolean) => asides.push(isAside)
    const nodes = nodesOf([a, b], { admit: async () => {}, pauseMs: 30, failed, disabled: () => {} })
    await nodes.next(signal)
    nodes.failed(b, 'blocks', silent)
    nodes.failed(a, 'blocks', silent)
    expect(asides).toEqual([true, false])
  })

  it('one that asks for a pause gets it, even where there is no other', async () => {
    const { nodes } = nodesAmong([a])
    const start = Date.now()
    nodes.failed(a, 'blocks', new NodeBusy(a.name, { status: 429 }, 300, undefined))
    expect(await nodes.next(signal)).toBe(a)
    expect(Date.now() - start).toBeGreaterThanOrEqual(299)
  })

  it('one that keeps failing rests ever longer', async () => {
    const { nodes } = nodesAmong([a])
    for (let failures = 0; failures < 4; failures++) nodes.failed(a, 'blocks', silent)
    const start = Date.now()
    await nodes.next(signal)
    expect(Date.now() - start).toBeGreaterThanOrEqual(399)
  })

  it('those that never said what cannot be go before one that did', async () => {
    const { nodes } = nodesAmong([a, b, c])
    await nodes.next(signal)
    nodes.contradicted(a, 'blocks', lie)
    expect(await nodes.next(signal)).toBe(b)
    nodes.contradicted(b, 'blocks', lie)
    expect(await nodes.next(signal)).toBe(c)
    nodes.failed(c, 'blocks', silent)
    await new Promise((done) => setTimeout(done, 200))
    expect(await nodes.next(signal)).toBe(c)
  })

  it('one that contradicts itself five times in a row is disabled, and the last of them stops everything', async () => {
    const { nodes, errors } = nodesAmong([a, b])
    for (let times = 0; times < 5; times++) nodes.contradicted(a, 'blocks', lie)
    expect(errors).toEqual([...Array(5).fill(expect.any(FalseAnswer)), expect.any(NodeContradictsItself)])
    for (let times = 0; times < 4; times++) nodes.contradicted(b, 'blocks', lie)
    nodes.succeeded(b, 'blocks')
    for (let times = 0; times < 4; times++) nodes.contradicted(b, 'blocks', lie)
    expect(() => nodes.contradicted(b, 'blocks', lie)).toThrow(NodeContradictsItself)
  })

  it('one that gives true blocks is disabled for false storage all the same', async () => {
    const { nodes } = nodesAmong([a])
    for (let times = 0; times < 4; times++) {
      nodes.contradicted(a, 'storage', lie)
      nodes.succeeded(a, 'blocks')
    }
    expect(() => nodes.contradicted(a, 'storage', lie)).toThrow(NodeContradictsItself)
  })

  it('none is awaited once the last of them is disabled', async () => {
    const { nodes } = nodesAmong([a])
    const refused = new StopError('No key', {}, 'Get one.')
    expect(() => nodes.failed(a, 'blocks', refused)).toThrow(refused)
    await expect(nodes.next(AbortSignal.timeout(500))).rejects.toBe(refused)
  })

  it('one that refuses to give its head is disabled, and the current one is asked on', async () => {
    const refused = new StopError('No key', {}, 'Get one.')
    const latest = async () => {
      throw refused
    }
    const closed = { name: 'http://closed', latest } as unknown as Node
    const { nodes, errors } = nodesAmong([a, closed])
    expect(await nodes.next(signal)).toBe(a)
    expect(await nodes.switchToHigher(() => 7n)).toBeUndefined()
    expect([errors, await nodes.next(signal)]).toEqual([[refused], a])
  })

  it('one on another chain is never asked for anything else', async () => {
    const elsewhere = new StopError('Another chain', {}, 'Leave it out.')
    const { nodes, errors } = nodesAmong([a, b], async (node) => {
      if (node === a) throw elsewhere
    })
    expect([await nodes.next(signal), errors]).toEqual([b, [elsewhere]])
  })
})
