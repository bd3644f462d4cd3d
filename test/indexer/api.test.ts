import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import { type Hex, keccak256 } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { standsAt } from '../../attribution/orderedMerkle.ts'
import { openDatabase } from '../../indexer/store/database.ts'
import { historiesIn } from '../../indexer/store/histories.ts'
import { batchCommitment } from '../../sdk/batch.ts'
import { bondIn, bookIn, chargeIn, depositIn, earningsIn } from '../../sdk/ledgerStorage.ts'
import { strings } from '../support/amounts.ts'
import { answerTo, ask } from '../support/ask.ts'
import { type Indexing, indexTo } from '../support/indexing.ts'
import { tellOfABook } from '../support/scenario.ts'
import { type Setting, startSetting } from '../support/setting.ts'

interface Page<T> {
  readonly items: readonly T[]
  readonly pageInfo: {
    readonly hasNextPage: boolean
    readonly hasPreviousPage: boolean
    readonly startCursor: string | null
    readonly endCursor: string | null
  }
  readonly totalCount: number
}

interface Parties {
  readonly books: { readonly items: readonly { readonly operatorId: number }[] }
  readonly accounts: { readonly items: readonly { readonly payout: string }[] }
}

interface Paid {
  readonly batch: string
  readonly position: number
  readonly model: number
  readonly feeGwei: string
}

const INFERENCES = `query ($where: InferenceWhere, $by: InferenceOrderBy, $dir: OrderDirection, $before: String,
  $after: String, $limit: UInt) {
  inferences(where: $where, orderBy: $by, orderDirection: $dir, before: $before, after: $after, limit: $limit) {
    items { batch: batchId position model: modelId feeGwei } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount
  }
}`

describe('the API', () => {
  let setting: Setting
  let indexer: Indexing

  beforeAll(async () => {
    setting = await startSetting(11)
    await tellOfABook(setting.scenario)
    await setting.scenario.play(60)
    indexer = await indexTo(setting.ledger, await setting.postgres.newDatabase(), {
      pollMs: 1_000,
      blobs: setting.ledger.folder,
    })
    await indexer.atHead()
  })
  afterAll(async () => {
    await indexer?.close()
    await setting?.stop()
  })

  const inferences = async (args: object) =>
    (await ask<{ inferences: Page<Paid> }>(indexer.url, INFERENCES, args)).inferences

  const codeOf = async (query: string, variables?: object) =>
    (await answerTo(indexer.url, query, variables)).errors?.[0]?.extensions?.code

  describe('lists', () => {
    it('are walked page by page, forwards and backwards, in any order, without gaps or repeats', async () => {
      for (const by of ['batchId', 'feeGwei', 'modelId', 'commitment']) {
        for (const dir of ['asc', 'desc']) {
          const whole = await inferences({ by, dir, limit: 500 })
          const forwards: Paid[] = []
          for (let after: string | null | undefined; ; ) {
            const page = await inferences({ by, dir, limit: 4, after })
            forwards.push(...page.items)
            after = page.pageInfo.endCursor
            if (!page.pageInfo.hasNextPage) break
          }
          expect(forwards).toEqual(whole.items)

          const backwards: Paid[] = []
          for (let before = whole.pageInfo.endCursor; ; ) {
            const page = await inferences({ by, dir, limit: 3, before })
            backwards.unshift(...page.items)
            before = page.pageInfo.startCursor
            if (!page.pageInfo.hasPreviousPage) break
          }
          expect(backwards).toEqual(whole.items.slice(0, -1))
        }
      }
    })

    it('are filtered as the suffixes say', async () => {
      const { items, totalCount } = await inferences({ limit: 500 })
      expect(items).toHaveLength(totalCount)
      const most = BigInt(items.toSorted((a, b) => Number(BigInt(b.feeGwei) - BigInt(a.feeGwei)))[0]?.feeGwei ?? 0)
      const keep = async (where: object, kept: (paid: Paid) => boolean) => {
        const found = await inferences({ where, limit: 500 })
        expect(found.items).toEqual(items.filter(kept))
        expect(found.totalCount).toBe(found.items.length)
      }
      await keep({ feeGwei_gt: `${most / 2n}` }, ({ feeGwei }) => BigInt(feeGwei) > most / 2n)
      await keep(
        { feeGwei_lte: `${most / 2n}`, position_not: 0 },
        (paid) => BigInt(paid.feeGwei) <= most / 2n && paid.position !== 0,
      )
      await keep({ modelId_in: [2, 3] }, ({ model }) => [2, 3].includes(model))
      await keep({ modelId_not_in: [2] }, ({ model }) => model !== 2)
      await keep({ batchId_in: [] }, () => false)
      await keep(
        { OR: [{ position: 1 }, { AND: [{ batchId: '1' }, { position: 0 }] }] },
        ({ batch, position }) => position === 1 || (batch === '1' && position === 0),
      )
    })

    it('of a list’s rows are fetched together and are each row’s own', async () => {
      const { accounts } = await ask<{
        accounts: { items: { id: string; credits: Page<{ account: number }> }[] }
      }>(
        indexer.url,
        '{ accounts { items { id credits(limit: 3, orderBy: amountGwei, orderDirection: desc) { items { account: accountId } totalCount } } } }',
      )
      for (const { id, credits } of accounts.items) {
        const alone = await ask<{ credits: Page<{ account: number }> }>(
          indexer.url,
          'query ($id: UInt!) { credits(where: { accountId: $id }, limit: 3) { items { account: accountId } totalCount } }',
          { id: Number(id) },
        )
        expect(credits).toEqual(alone.credits)
      }
    })

    it('tell a bad cursor, a cursor of another order, a wild limit and a null filter apart from an error of ours', async () => {
      const { pageInfo } = await inferences({ by: 'feeGwei', limit: 1 })
      expect(await codeOf(INFERENCES, { after: 'nonsense' })).toBe('BAD_CURSOR')
      expect(await codeOf(INFERENCES, { by: 'modelId', after: pageInfo.endCursor })).toBe('BAD_CURSOR')
      expect(await codeOf(INFERENCES, { limit: 501 })).toBe('BAD_REQUEST')
      expect(await codeOf(INFERENCES, { limit: 0 })).toBe('BAD_REQUEST')
      expect(await codeOf(INFERENCES, { where: { feeGwei: null } })).toBe('BAD_REQUEST')
    })
  })

  describe('values', () => {
    it('of money are strings, and the parts of what every book pays sum to it', async () => {
      const parts = 'contributorsGwei operatorGwei royaltiesGwei ownerGwei treasuryGwei'
      const { books } = await ask<{ books: { items: Readonly<Record<string, Readonly<Record<string, unknown>>>>[] } }>(
        indexer.url,
        `{ books(limit: 20) { items { pay { totalGwei ${parts} } } } }`,
      )
      expect(books.items.length).toBeGreaterThan(0)
      for (const { pay: { totalGwei, ...rest } = {} } of books.items) {
        const amounts = [totalGwei, ...Object.values(rest)]
        expect(amounts.every((amount) => typeof amount === 'string')).toBe(true)
        expect(Object.values(rest).reduce((sum: bigint, part) => sum + BigInt(String(part)), 0n)).toBe(
          BigInt(String(totalGwei)),
        )
      }
    })

    it('are refused where they do not fit their type', async () => {
      const { errors } = await answerTo(indexer.url, '{ account(id: -1) { id } }')
      expect(errors?.[0]?.message).toMatch(/no id of a Account/)
    })
  })

  it('answers every query of docs/api.md', async () => {
    const page = readFileSync('docs/api.md', 'utf8')
    const operations = [...page.matchAll(/```graphql\n(.*?)```/gs)].map(([, operation]) => operation ?? '')
    const queries = operations.filter((operation) => !operation.startsWith('subscription'))
    expect(queries.length).toBeGreaterThan(7)
    const { books, accounts } = await ask<Parties>(
      indexer.url,
      `{ books(where: { NOT: { status: Settled } }, limit: 1) { items { operatorId } }
         accounts(where: { credits_: { role: Contributor } }, limit: 1) { items { payout } } }`,
    )
    const variables = { account: books.items[0]?.operatorId, payout: accounts.items[0]?.payout }
    for (const query of queries) {
      const found = await ask<Record<string, { items?: readonly unknown[] } | null>>(indexer.url, query, variables)
      const lists = Object.entries(found).flatMap(([name, value]) => {
        expect([name, value]).not.toEqual([name, null])
        return value?.items === undefined || name === 'receipts' ? [] : [[name, value] as const]
      })
      for (const [name, { items }] of lists) expect({ name, found: items?.length }).not.toEqual({ name, found: 0 })
    }
  })

  it('answers as of a block', async () => {
    const { _meta: now } = await ask<{ _meta: { block: number } }>(indexer.url, '{ _meta { block } }')
    const total = async (number: number) =>
      (
        await ask<{ batches: { totalCount: number }; _meta: { block: number; lag: number } }>(
          indexer.url,
          'query ($at: AsOfBlock) { batches(block: $at) { totalCount } _meta(block: $at) { block lag } }',
          { at: { number } },
        )
      ).batches.totalCount
    const { batches } = await ask<{ batches: { items: { block: number }[] } }>(
      indexer.url,
      '{ batches(orderBy: id, limit: 500) { items { block } } }',
    )
    const [first, second] = batches.items
    if (first === undefined || second === undefined) throw new Error('The scenario has too few batches')
    expect(await total(first.block - 1)).toBe(0)
    expect(await total(first.block)).toBe(1)
    expect(await total(second.block)).toBe(2)
    expect(await total(now.block)).toBe(batches.items.length)
    expect(await codeOf(`{ batches(block: { number: ${now.block + 1_000} }) { totalCount } }`)).toBe(
      'BLOCK_NOT_INDEXED',
    )
  })

  it('gives proofs that lead to what the contracts store', async () => {
    const { inferences: page, ...found } = await ask<Proofs>(
      indexer.url,
      `{ _meta { hash }
         inferences(limit: 500) { items { position recordHash stands proof { leaf path root commitment { contract slot } }
           recordedBatch: batch { id book: bookId number recordedIn: block count units root sumHash commitment { contract slot } } } }
         accounts { items { earnedGwei claimedGwei storage: earnings { contract slot } } }
         bonds { items { balanceGwei leavingGwei heldGwei storage { contract slot } } }
         books { items { settlement { stage } batchCount coverGwei closing storage { contract slot } } }
         channels { items { signer limitUnits coveredUnits chargedUnits charge { contract slot } } }
         deposits: channels { items { depositGwei withdrawnGwei leavingGwei leavesAt storage: deposit { contract slot } } }
         journals { items { contract storage { contract slot } slot } } }`,
    )
    const stored = async ({ contract, slot }: Slot): Promise<Hex> =>
      setting.ledger.connection.reader.request({
        method: 'eth_getStorageAt',
        params: [contract, slot, { blockHash: found._meta.hash }],
      } as never)
    expect(page.items.some(({ stands }) => !stands)).toBe(true)
    for (const { position: place, recordHash, stands, proof, recordedBatch } of page.items) {
      const { id, book, number, recordedIn, count, units, root, sumHash, commitment } = recordedBatch
      expect(standsAt(proof.root, proof.leaf, { place, count, siblings: proof.path })).toBe(true)
      expect([proof.root, proof.leaf === recordHash, proof.commitment]).toEqual([root, stands, commitment])
      const header = { number, recordedIn, count, root, sumHash, batch: BigInt(id), book: BigInt(book) }
      expect(await stored(commitment)).toBe(batchCommitment({ ...header, units: BigInt(units) }))
    }
    for (const { storage, ...account } of found.accounts.items) {
      expect(account).toEqual(strings({ ...earningsIn(await stored(storage)) }))
    }
    for (const { storage, ...bond } of found.bonds.items) {
      const { exposedGwei: _, ...held } = bondIn(await stored(storage))
      expect(bond).toEqual(strings({ ...held }))
    }
    for (const { storage, settlement, ...book } of found.books.items) {
      const { isSettled, isClosing, batches, coverGwei } = bookIn(await stored(storage))
      expect(settlement?.stage === 'Settled').toBe(isSettled)
      expect(book).toEqual({ batchCount: Number(batches), coverGwei: `${coverGwei}`, closing: isClosing })
    }
    for (const { charge, signer, ...units } of found.channels.items) {
      const { signer: key, limitUnits, coveredUnits, chargedUnits } = chargeIn(await stored(charge))
      expect({ signer, ...strings(bigints(units)) }).toEqual({
        signer: key,
        ...strings({ limitUnits, coveredUnits, chargedUnits }),
      })
    }
    for (const { storage, leavesAt, ...amounts } of found.deposits.items) {
      const { leavesAt: due, ...held } = depositIn(await stored(storage))
      expect([BigInt(leavesAt), amounts]).toEqual([due, strings(held)])
    }
    for (const { storage, slot } of found.journals.items) expect(await stored(storage)).toBe(slot)
  })

  describe('limits', () => {
    it('stop queries that go too deep, ask for too much, or repeat themselves under aliases', async () => {
      const deep =
        '{ models { items { parent { parent { parent { parent { parent { parent { parent { parent { parent { parent { id } } } } } } } } } } } } }'
      expect(await codeOf(deep)).toBe('QUERY_TOO_DEEP')
      const wide = '{ accounts(limit: 500) { items { credits(limit: 500) { items { block } } } } }'
      expect(await codeOf(wide)).toBe('QUERY_TOO_COSTLY')
      const byVariable = 'query ($n: UInt) { accounts(limit: $n) { items { credits(limit: $n) { items { block } } } } }'
      expect(await codeOf(byVariable, { n: 500 })).toBe('QUERY_TOO_COSTLY')
      const aliased = `{ ${Array.from({ length: 70 }, (_, i) => `a${i}: account(id: 1) { id }`).join(' ')} }`
      expect(await codeOf(aliased)).toBe('TOO_MANY_ALIASES')
    })

    it('count fragments wherever they are spread', async () => {
      const laughs = Array.from({ length: 30 }, (_, i) => `fragment f${i} on Query { ...f${i + 1} ...f${i + 1} }`)
      const bomb = `{ ...f0 } ${laughs.join(' ')} fragment f30 on Query { __typename }`
      expect(await codeOf(bomb)).toBe('QUERY_TOO_COSTLY')
    })
  })

  it('allows any origin and no credentials, and serves GraphiQL without a stranger’s server', async () => {
    const preflight = await fetch(`${indexer.url}/graphql`, {
      method: 'OPTIONS',
      headers: { origin: 'https://example.org', 'access-control-request-method': 'POST' },
    })
    const answer = await fetch(`${indexer.url}/graphql?query={__typename}`, {
      headers: { origin: 'https://example.org' },
    })
    for (const { headers } of [preflight, answer]) {
      expect(headers.get('access-control-allow-origin')).toBe('*')
      expect(headers.get('access-control-allow-credentials')).toBeNull()
    }
    expect(await answer.json()).toEqual({ data: { __typename: 'Query' } })
    const page = await (await fetch(`${indexer.url}/graphql`, { headers: { accept: 'text/html' } })).text()
    expect(page).toContain('graphiql')
    expect(page).not.toMatch(/<(script|link)[^>]+(src|href)="https?:/)
  })

  it('hands out a file by its hash, and only if it is what the name says', async () => {
    const content = new TextEncoder().encode('a row index')
    const folder = setting.ledger.folder
    const [hash, lie] = [keccak256(content), keccak256('0x11')]
    writeFileSync(join(folder, hash), content)
    writeFileSync(join(folder, lie), content)
    const fetched = await fetch(`${indexer.url}/blobs/${hash}`)
    expect([fetched.status, await fetched.text()]).toEqual([200, 'a row index'])
    for (const name of [lie, `0x${'00'.repeat(32)}`, '..%2F..%2Fetc%2Fpasswd', 'deployment.json']) {
      expect((await fetch(`${indexer.url}/blobs/${name}`)).status).toBe(404)
    }
  })

  it('keeps the cause of an unknown failure to itself, and reports it', async () => {
    const failures: unknown[] = []
    const database = await setting.postgres.newDatabase()
    const broken = await indexTo(setting.ledger, database, {
      report: (events) => events.kind === 'failedAnswer' && failures.push(events.error),
    })
    await broken.atHead()
    const connections = await openDatabase(database)
    const [history] = await historiesIn(connections.reader('public'))
    await sql`alter table channel_funded rename to secret_table`.execute(connections.reader(history?.schema ?? ''))
    await connections.close()
    const { errors } = await answerTo(broken.url, '{ channelFundings { items { block } } }')
    expect(errors).toEqual([
      expect.objectContaining({
        message: expect.stringMatching(/^Something went wrong here; it has been logged as [0-9a-f]{12}\.$/),
        extensions: { code: 'INTERNAL_SERVER_ERROR', id: expect.stringMatching(/^[0-9a-f]{12}$/) },
      }),
    ])
    expect(String(failures[0])).toContain('channel_funded')
    await broken.close()
  })

  it('says that it lives and that its answers are fresh', async () => {
    const health = await fetch(`${indexer.url}/health`)
    const ready = await fetch(`${indexer.url}/ready`)
    expect([health.status, ready.status, await ready.json()]).toEqual([
      200,
      200,
      { ready: true, role: 'writer', state: 'following' },
    ])
  })
})

/** Counts as bigints, as they are stored. */
function bigints(counts: Readonly<Record<string, number>>): Readonly<Record<string, bigint>> {
  return Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, BigInt(count)]))
}

interface Slot {
  readonly contract: Hex
  readonly slot: Hex
}

interface Items<T> {
  readonly items: readonly T[]
}

interface Proofs {
  readonly _meta: { readonly hash: Hex }
  readonly inferences: Items<{
    readonly position: number
    readonly recordHash: Hex
    readonly stands: boolean
    readonly proof: { leaf: Hex; path: Hex[]; root: Hex; commitment: Slot }
    readonly recordedBatch: {
      id: string
      book: string
      number: number
      recordedIn: number
      count: number
      units: number
      root: Hex
      sumHash: Hex
      commitment: Slot
    }
  }>
  readonly accounts: Items<{ earnedGwei: string; claimedGwei: string; storage: Slot }>
  readonly bonds: Items<{ balanceGwei: string; leavingGwei: string; heldGwei: string; storage: Slot }>
  readonly books: Items<{
    settlement: { stage: string } | null
    batchCount: number
    coverGwei: string
    closing: boolean
    storage: Slot
  }>
  readonly channels: Items<{
    signer: Hex
    limitUnits: number
    coveredUnits: number
    chargedUnits: number
    charge: Slot
  }>
  readonly deposits: Items<{
    depositGwei: string
    withdrawnGwei: string
    leavingGwei: string
    leavesAt: number
    storage: Slot
  }>
  readonly journals: Items<{ storage: Slot; slot: Hex }>
}
