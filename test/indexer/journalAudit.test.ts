import type { Hex } from 'viem'
import { describe, expect, it } from 'vitest'
import type { Stretch } from '../../chain/blocks/step.ts'
import { NodeContradictsItself } from '../../chain/contradiction.ts'
import { journaled } from '../../chain/events/contracts.ts'
import { emptyJournals } from '../../chain/events/journals.ts'
import type { Node } from '../../chain/node/node.ts'
import { MethodMissing } from '../../chain/node/nodeError.ts'
import { nodesOf } from '../../chain/node/nodes.ts'
import type { Header } from '../../chain/verify/header.ts'
import type { JournalsBy } from '../../chain/verify/verification.ts'
import { auditOf } from '../../indexer/sync/journalAudit.ts'
import { RetryError } from '../../sdk/errors.ts'
import { paperDeployment } from '../support/paperDeployment.ts'

const silent = new RetryError('Silence', {}, 'It is asked again.')
const empty = journaled.map((name) => emptyJournals[name])
const moment = () => new Promise((done) => setTimeout(done, 5))

describe('the comparison of journals beside a live chain', () => {
  const audited = (slots: () => Promise<readonly Hex[]>) => {
    const proof = async () => {
      throw new MethodMissing('It serves no proofs', {}, '')
    }
    const node: Node = { name: 'http://node', proof, slots, until: () => node } as unknown as Node
    const nodes = nodesOf([node], { admit: async () => {}, pauseMs: 1, failed: () => {}, disabled: () => {} })
    const audit = auditOf(paperDeployment, 'receipts', nodes, {}, new AbortController().signal)
    let head = { number: 30n, hash: '0x', stateRoot: '0x' } as unknown as Header
    const store = (number: bigint, journalsBy?: JournalsBy) => {
      head = { ...head, number }
      const journals = number === 31n ? { ...emptyJournals, accounts: `0x${'02'.repeat(32)}` } : emptyJournals
      audit.stored({ blocks: [head], journals, journalsBy } as unknown as Stretch, head)
    }
    const isSettled = () => audit.settled(node, head, emptyJournals)
    return { audit, isSettled, node, nodes, store }
  }

  const auditedLive = (slots: () => Promise<readonly Hex[]>) => {
    const live = audited(slots)
    live.store(31n, 'proof')
    live.store(32n)
    return live
  }

  it('is waited for at the start, whatever an earlier process has found', async () => {
    let slots = empty.map((): Hex => `0x${'01'.repeat(32)}`)
    const { isSettled } = audited(async () => slots)
    expect(await isSettled()).toBe(false)
    slots = [...empty]
    expect(await isSettled()).toBe(true)
  })

  it('holds up what is caught up after it has failed, until it succeeds', async () => {
    let answer: () => Promise<readonly Hex[]> = () => Promise.reject(silent)
    const { isSettled } = auditedLive(() => answer())
    expect(await isSettled()).toBe(true)
    await moment()
    expect(await isSettled()).toBe(false)
    answer = async () => empty
    expect(await isSettled()).toBe(true)
  })

  it('disables a node that gives a false storage value five times in a row, however good its other answers', async () => {
    const { isSettled, node, nodes } = auditedLive(async () => empty.map((): Hex => `0x${'01'.repeat(32)}`))
    const look = async () => {
      await nodes.next(new AbortController().signal)
      nodes.succeeded(node, 'blocks')
      await isSettled()
      await moment()
    }
    for (let looks = 0; looks < 4; looks++) await look()
    await expect(look()).rejects.toThrow(NodeContradictsItself)
  })

  it('that failed does not matter any more once a later one has succeeded', async () => {
    const { isSettled, store } = auditedLive(() => Promise.reject(silent))
    await isSettled()
    await moment()
    store(33n, 'proof')
    expect(await isSettled()).toBe(true)
  })

  it('is not repeated where nothing has happened since', async () => {
    const { audit, isSettled, store } = audited(() => Promise.reject(silent))
    store(63n, 'proof')
    store(64n)
    expect(await isSettled()).toBe(true)
    await moment()
    expect([await isSettled(), audit.isHeld()]).toEqual([true, true])
  })

  it('that fails after its block was rolled back does not matter', async () => {
    const answer = Promise.withResolvers<readonly Hex[]>()
    const { audit, isSettled } = auditedLive(() => answer.promise)
    expect(await isSettled()).toBe(true)
    audit.forget()
    answer.reject(silent)
    await moment()
    expect(await isSettled()).toBe(true)
  })
})
