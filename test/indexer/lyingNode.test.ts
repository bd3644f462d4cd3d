import { type Hex, toHex } from 'viem'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { clockAt } from '../../chain/clock.ts'
import { FalseAnswer, NodeContradictsItself } from '../../chain/contradiction.ts'
import { journaled } from '../../chain/events/contracts.ts'
import type { Verification } from '../../chain/verify/verification.ts'
import type { IndexerEvent } from '../../indexer/events.ts'
import type { IndexerOptions } from '../../indexer/start.ts'
import type { DatabaseLocation } from '../../indexer/store/database.ts'
import { JOURNAL_SLOT } from '../../sdk/journal.ts'
import { ask } from '../support/ask.ts'
import { type Digest, digestOf } from '../support/digest.ts'
import { emptyHistory } from '../support/emptyHistory.ts'
import { type Indexing, indexTo } from '../support/indexing.ts'
import {
  FALSIFIED,
  type Lies,
  lacking,
  liesAboutFinality,
  liesAboutHashes,
  liesAboutLogs,
  liesAboutStorage,
  liesInForm,
  lyingWithoutProofs,
  type NamedLie,
  withoutProofs,
} from '../support/lies.ts'
import { type Lie, type LyingNode, startLyingNode } from '../support/lyingNode.ts'
import { type Setting, startSetting } from '../support/setting.ts'
import { troubles } from '../support/troubles.ts'

/** Questions until it is known whose history a node holds: the chain, its first block, the code of each contract, the treasury. */
const IDENTIFYING = 3 + journaled.length

/** What may pass is a lie only after a minute: 0.3 s by this clock, by which nothing else gets shorter than it should. */
const HURRIED = { clock: clockAt(200), rpcTimeoutMs: 2_000_000, pollMs: 2_000 } as const

describe('a node that', () => {
  let setting: Setting
  /** Storage proofs of an earlier block by address, and that block by its number. */
  const earlier = new Map<string, unknown>()
  const truths = new Map<Hex, Digest>()
  let empty: DatabaseLocation

  beforeAll(async () => {
    setting = await startSetting(3)
    empty = await emptyHistory(setting.ledger, setting.postgres)
    const { connection, deployment } = setting.ledger
    const prove = (address: Hex, block: Hex | 'latest') =>
      connection.reader.request({ method: 'eth_getProof', params: [address, [JOURNAL_SLOT], block] })
    for (const name of journaled) {
      const address = deployment.contracts[name]
      earlier.set(address.toLowerCase(), await prove(address, FALSIFIED))
    }
    const block = await connection.reader.request({ method: 'eth_getBlockByNumber', params: [FALSIFIED, false] })
    earlier.set(FALSIFIED, block)
    earlier.set('another contract, of now', await prove(deployment.contracts.openToken, 'latest'))
  })
  afterAll(async () => {
    await setting?.stop()
  })

  const lying = (lie: Lie): Promise<LyingNode> => startLyingNode(setting.ledger.rpcUrl, lie)

  async function isFoundOut({ lie, named, facts = ['block'] }: NamedLie, verify: Verification): Promise<void> {
    const node = await lying(lie)
    const database = await setting.postgres.newDatabase(empty)
    const indexer = await indexTo(setting.ledger, database, { rpcUrls: [node.url], verify, ...HURRIED })

    const failure = await indexer.stopped.catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(NodeContradictsItself)
    expect(failure).toMatchObject({ message: expect.stringMatching(named) })
    expect(Object.keys((failure as NodeContradictsItself).facts)).toEqual(expect.arrayContaining(facts.slice()))
    expect(failure).toMatchObject({ message: expect.stringContaining(node.url) })
    const ready = await fetch(`${indexer.url}/ready`)
    expect([ready.status, await ready.json()]).toEqual([
      503,
      { ready: false, role: 'writer', state: 'stopped', reason: expect.stringMatching(named) },
    ])
    await expect(ask(indexer.url, '{ _meta { block } }')).rejects.toThrow('NOT_READY')
    await indexer.close()
    await node.stop()
  }

  const areFoundOut = (lies: Lies, verify: Verification): void => {
    for (const [doing, lie] of Object.entries(lies)) {
      it(`${doing} is found out, and nothing of it is stored`, () => isFoundOut(lie, verify))
    }
  }

  describe('is asked for receipts and', () => areFoundOut(liesAboutHashes, 'receipts'))
  describe('is held to its bloom filters and', () => areFoundOut(liesAboutLogs, 'bloom'))
  describe('is asked for proofs of storage and', () => areFoundOut(liesAboutStorage(earlier), 'receipts'))
  describe('is asked what is settled and', () => areFoundOut(liesAboutFinality(earlier), 'receipts'))
  it('calls a block of another branch final that is fetched ahead is found out before it is stored', async () => {
    const { lie } = liesAboutFinality(earlier)['calls a block of another branch final'] as NamedLie
    const node = await lying(lie)
    const database = await setting.postgres.newDatabase(empty)
    const indexer = await indexTo(setting.ledger, database, {
      rpcUrls: [node.url],
      maxRange: 1,
      ...HURRIED,
    })
    await expect(indexer.stopped).rejects.toThrow('The finalised block of a node is not on its own branch')
    expect(await ask(indexer.url, '{ _meta { block } }')).toEqual({ _meta: { block: Number(FALSIFIED) - 1 } })
    await indexer.close()
    await node.stop()
  })

  describe('is asked again and again and', () => areFoundOut(liesInForm, 'receipts'))
  describe('is trusted, but for the journals, and', () => areFoundOut(liesAboutLogs, 'off'))

  /** Indexes a fresh database with `options`, and expects in it what an honest node alone would have brought. */
  async function comesOutRight(
    options: Partial<IndexerOptions>,
    look: (indexer: Indexing) => Promise<void> = async () => {},
  ): Promise<readonly IndexerEvent[]> {
    const events: IndexerEvent[] = []
    const database = await setting.postgres.newDatabase(empty)
    const report = (event: IndexerEvent) => events.push(event)
    const indexer = await indexTo(setting.ledger, database, { maxRange: 7, pollMs: 10, ...options, report })
    await indexer.atHead()
    await look(indexer)
    await indexer.closeAtHead()
    expect(await digestOf(database)).toEqual(await truth())
    return events
  }

  /** What an honest node alone brings of the present chain, indexed once for each head. */
  async function truth(): Promise<Digest> {
    const { hash } = await setting.ledger.connection.reader.getBlock()
    const known = truths.get(hash)
    if (known !== undefined) return known
    const database = await setting.postgres.newDatabase(empty)
    await (await indexTo(setting.ledger, database)).closeAtHead()
    const digest = await digestOf(database)
    truths.set(hash, digest)
    return digest
  }

  it('serves no proofs is compared with the storage that it gives, and found out as well', () =>
    isFoundOut({ lie: lyingWithoutProofs, named: /do not add up to its journal/ }, 'receipts'))

  it.each(Object.entries(withoutProofs))(
    '%s brings the whole history, and the stretches say that storage was believed',
    async (_, honest) => {
      const node = await lying(honest)
      await comesOutRight({ rpcUrls: [node.url], maxRange: 500 }, async ({ url }) => {
        const { stretches } = await ask<{ stretches: { items: readonly { journals: string | null }[] } }>(
          url,
          '{ stretches { items { journals } } }',
        )
        expect(new Set(stretches.items.map(({ journals }) => journals))).toEqual(new Set(['Storage']))
      })
      await node.stop()
    },
  )

  it('is honest among as many liars as there are lies brings the whole history, and every one that lies is named', async () => {
    const lied = new Set<string>()
    const lasting = new Set<string>()
    const liars: LyingNode[] = []
    for (const { lie, lasts } of Object.values({
      ...liesAboutHashes,
      ...liesAboutStorage(earlier),
      ...liesAboutFinality(earlier),
      ...liesInForm,
    })) {
      const liar = await lying((exchange) => {
        const told = lie(exchange)
        if (JSON.stringify(told) !== JSON.stringify(exchange.result)) (lasts ? lasting : lied).add(liar.url)
        return told
      })
      liars.push(liar)
    }
    const events = await comesOutRight({ rpcUrls: [...liars.map(({ url }) => url), setting.ledger.rpcUrl], ...HURRIED })
    const named = events.flatMap((event) => (event.kind === 'troubled' ? [event.error.message] : []))
    expect([lied.size, lasting.size].every((count) => count > 5)).toBe(true)
    expect([...lied].filter((url) => !named.some((message) => `${message} `.includes(`${url} `)))).toEqual([])
    await Promise.all(liars.map((liar) => liar.stop()))
  })

  it.each(Object.entries(lacking))(
    '%s is no liar: it is asked for minutes, nothing is stored beyond that, and another node has it',
    async (_, lacks) => {
      let isThere = false
      const node = await lying((exchange) => (isThere ? exchange.result : lacks(exchange)))
      const events: IndexerEvent[] = []
      const database = await setting.postgres.newDatabase(empty)
      const report = (event: IndexerEvent) => events.push(event)
      const options = { rpcUrls: [node.url], ...HURRIED, report }
      const indexer = await indexTo(setting.ledger, database, options)
      await HURRIED.clock.pause(180_000)
      const kinds = new Set(events.map((event) => event.kind))
      expect([kinds.has('stopped'), kinds.has('gaveUpNode'), kinds.has('caughtUp')]).toEqual([false, false, false])
      expect(events.some((event) => event.kind === 'troubled' && event.error instanceof FalseAnswer)).toBe(false)
      isThere = true
      await indexer.closeAtHead()
      await comesOutRight({ rpcUrls: [node.url, setting.ledger.rpcUrl], ...HURRIED })
      await node.stop()
    },
  )

  /** A chain that ends at block 30. */
  async function stoppedAtOldHead(asked: () => void = () => {}): Promise<Lie> {
    const { reader } = setting.ledger.connection
    const old = await reader.request({ method: 'eth_getBlockByNumber', params: ['0x1e', false] })
    return ({ method, params: [number], result }) => {
      if (method !== 'eth_getBlockByNumber') return result
      if (number === 'latest') {
        asked()
        return old
      }
      if (number === 'safe' || number === 'finalized') return null
      return BigInt(number as string) > 30n ? null : result
    }
  }

  it('has stopped at an old head is left for one that stands higher', async () => {
    const stale = await lying(await stoppedAtOldHead())
    const { rpcUrl } = setting.ledger
    const events = await comesOutRight({ rpcUrls: [stale.url, rpcUrl] })
    expect(events).toContainEqual({
      kind: 'leftNode',
      overtaken: { node: stale.url, head: 30n, by: rpcUrl, headThere: expect.any(BigInt) },
    })
    await stale.stop()
  })

  it('has stopped at an old head takes nothing back while the other is not there', async () => {
    let looks = 0
    let isGone = false
    const stale = await lying(await stoppedAtOldHead(() => looks++))
    const other = await startLyingNode(
      setting.ledger.rpcUrl,
      ({ result }) => result,
      () => (isGone ? (response) => response.destroy() : undefined),
    )
    const events: IndexerEvent[] = []
    const indexer = await indexTo(setting.ledger, await setting.postgres.newDatabase(empty), {
      rpcUrls: [other.url, stale.url],
      pollMs: 10,
      report: (event) => events.push(event),
    })
    await indexer.atHead()
    isGone = true
    const enough = looks + 25
    await vi.waitUntil(() => looks > enough, { timeout: 120_000 })
    isGone = false
    await indexer.closeAtHead()
    expect(events.filter(({ kind }) => kind === 'undone')).toEqual([])
    await Promise.all([stale.stop(), other.stop()])
  })

  it('gives half a reorg is found out before anything is rolled back', async () => {
    const { ledger, postgres } = setting
    const { reader } = ledger.connection
    const head = await reader.getBlockNumber()
    const numbers = Array.from({ length: 10 }, (_, i) => toHex(head - BigInt(i)))
    const branch = await Promise.all(
      numbers.map((number) => reader.request({ method: 'eth_getBlockByNumber', params: [number, false] })),
    )
    const before = new Map(numbers.map((number, i) => [number, branch[i]]))
    const old = new Map<unknown, unknown>()
    const node = await lying(({ params: [asked], result }) => old.get(asked) ?? result)
    const database = await postgres.newDatabase(empty)
    const events: IndexerEvent[] = []
    const report = (event: IndexerEvent) => events.push(event)
    const indexer = await indexTo(ledger, database, { rpcUrls: [node.url], ...HURRIED, report })
    await indexer.atHead()

    for (const number of numbers.slice(4)) old.set(number, before.get(number))
    await reader.request({ method: 'anvil_reorg', params: [9, []] } as never)
    await expect(indexer.stopped).rejects.toThrow('A block does not follow the one before it')
    expect(events.filter(({ kind }) => kind === 'undone')).toEqual([])
    expect(await ask(indexer.url, '{ _meta { hash } }')).toEqual({ _meta: { hash: branch[0]?.hash } })
    await indexer.close()
    await node.stop()

    await (await indexTo(ledger, database)).closeAtHead()
    const fresh = await postgres.newDatabase(empty)
    await (await indexTo(ledger, fresh)).closeAtHead()
    expect(await digestOf(database)).toEqual(await digestOf(fresh))
  })

  for (const [doing, trouble] of Object.entries(troubles)) {
    it(`${doing} is asked again, and nothing is lost`, async () => {
      // Who the node speaks for is asked without trouble: nobody starts an indexer with a node that does not answer.
      const node = await startLyingNode(
        setting.ledger.rpcUrl,
        ({ result }) => result,
        (n) => (n > IDENTIFYING && (n < IDENTIFYING + 4 || n % 20 === 0) ? trouble : undefined),
      )
      const rpcTimeoutMs = doing === 'never answers' ? 60_000 : HURRIED.rpcTimeoutMs
      const events = await comesOutRight({ rpcUrls: [node.url], ...HURRIED, rpcTimeoutMs, maxRange: 20 })
      const isTold = events.some((event) => event.kind === 'troubled' && event.error.message.includes(node.url))
      // To be asked for a pause is no trouble.
      expect(isTold).toBe(!/asks for a pause|unavailable until/.test(doing))
      await node.stop()
    })
  }
})
