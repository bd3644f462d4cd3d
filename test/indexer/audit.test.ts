import type { Hex } from 'viem'
import { describe, expect, it } from 'vitest'
import { journaled } from '../../indexer/decode/contracts.ts'
import { emptyJournals } from '../../indexer/decode/journals.ts'
import { auditOf } from '../../indexer/sync/audit.ts'
import { NodeContradictsItself } from '../../indexer/sync/contradiction.ts'
import type { Node } from '../../indexer/sync/node.ts'
import { MethodMissing } from '../../indexer/sync/nodeError.ts'
import { nodesOf } from '../../indexer/sync/nodes.ts'
import type { Stretch } from '../../indexer/sync/step.ts'
import type { Header } from '../../indexer/sync/verify/header.ts'
import type { JournalsBy } from '../../indexer/sync/verifyJournals.ts'
import { RetryError } from '../../sdk/errors.ts'
import { paperDeployment } from './support/paperDeployment.ts'

const silent = new RetryError('Silence', {}, 'It is asked again.')
const empty = journaled.map((name) => emptyJournals[name])
const moment = () => new Promise((done) => setTimeout(done, 5))

describe('the comparison of journals beside a live chain', () => {
  const audited = (slots: () => Promise<readonly Hex[]>) => {
    const proof = async () => {
      throw new MethodMissing('It serves no proofs', {}, '')
    }
    const node = { name: 'http://node', proof, slots } as unknown as Node
    const nodes = nodesOf([node], { admit: async () => {}, restMs: 1, failed: () => {}, givenUp: () => {} })
    const audit = auditOf(paperDeployment, 'receipts', nodes, {})
    const store = (number: bigint, journalsBy?: JournalsBy) => {
      const head = { number, hash: '0x', stateRoot: '0x' } as unknown as Header
      audit.stored({ blocks: [head], journals: emptyJournals, journalsBy } as unknown as Stretch, head)
    }
    store(31n, 'proof')
    store(32n)
    return { audit, node, nodes, store }
  }

  it('holds up what is caught up after it has failed, until it succeeds', async () => {
    let answer: () => Promise<readonly Hex[]> = () => Promise.reject(silent)
    const { audit, node } = audited(() => answer())
    expect(await audit.settled(node)).toBe(true)
    await moment()
    expect(await audit.settled(node)).toBe(false)
    answer = async () => empty
    expect(await audit.settled(node)).toBe(true)
  })

  it('gives up a node that tells another storage five times in a row, however well it does otherwise', async () => {
    const { audit, node, nodes } = audited(async () => empty.map((): Hex => `0x${'01'.repeat(32)}`))
    const look = async () => {
      await nodes.next(new AbortController().signal)
      nodes.didWell(node, 'blocks')
      await audit.settled(node)
      await moment()
    }
    for (let looks = 0; looks < 4; looks++) await look()
    await expect(look()).rejects.toThrow(NodeContradictsItself)
  })

  it('that failed does not matter any more once a later one has succeeded', async () => {
    const { audit, node, store } = audited(() => Promise.reject(silent))
    await audit.settled(node)
    await moment()
    store(33n, 'proof')
    expect(await audit.settled(node)).toBe(true)
  })

  it('that fails after its block was taken back does not matter', async () => {
    const answer = Promise.withResolvers<readonly Hex[]>()
    const { audit, node } = audited(() => answer.promise)
    expect(await audit.settled(node)).toBe(true)
    audit.forget()
    answer.reject(silent)
    await moment()
    expect(await audit.settled(node)).toBe(true)
  })
})
