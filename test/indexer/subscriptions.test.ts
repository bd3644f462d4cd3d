import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { createClient } from 'graphql-sse'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answerTo, ask } from '../support/ask.ts'
import { type Indexing, indexTo } from '../support/indexing.ts'
import { type Setting, startSetting } from '../support/setting.ts'

interface Message {
  readonly retractedAfter: number | null
  readonly block: number
  readonly hash: string
  readonly cursor: string
  readonly items?: readonly { readonly id: string; readonly block: number }[]
}

const LISTS = ['batches', 'credits', 'transfers', 'inferences', 'settlementSteps'] as const
const FIELDS = 'retractedAfter block hash cursor'
const subscription = (list: string) => `subscription ($after: String) {
  ${list}(after: $after, limit: 7) { ${FIELDS} items { id block } } }`

describe('subscriptions', () => {
  let setting: Setting
  let indexer: Indexing

  beforeAll(async () => {
    setting = await startSetting(20_261_130)
    await setting.scenario.play(30)
    indexer = await indexTo(setting.ledger, await setting.postgres.newDatabase())
    await indexer.atHead()
  })
  afterAll(async () => {
    await indexer?.close()
    await setting?.stop()
  })

  it('say what lists say, through reorgs, and for clients that come back', async () => {
    const { _meta: start } = await ask<{ _meta: { block: number; cursor: string } }>(
      indexer.url,
      '{ _meta { block cursor } }',
    )
    const followers = LISTS.map((list) => followed(indexer.url, list, start.cursor))
    for (let round = 0; round < 4; round++) {
      await setting.scenario.play(12)
      await indexer.atHead()
      if (round % 2 === 0) for (const follower of followers) await follower.comeBack()
      await setting.ledger.connection.reader.request({ method: 'anvil_reorg', params: [3 + round, []] } as never)
    }
    await setting.scenario.play(3)
    await indexer.atHead()
    for (const [i, list] of LISTS.entries()) {
      const expected = await rowsAfter(indexer.url, list, start.block)
      await expect.poll(() => followers[i]?.rows(), { timeout: 10_000 }).toEqual(expected)
    }
    expect(followers.some((follower) => follower.retractions() > 0)).toBe(true)
    for (const follower of followers) follower.stop()
  })

  it('are what graphql-sse reads, with filters', async () => {
    const client = createClient({ url: `${indexer.url}/graphql`, retryAttempts: 0 })
    const heads = client.iterate<{ head: Message }>({ query: `subscription { head { ${FIELDS} } }` })
    const first = await heads.next()
    const { _meta } = await ask<{ _meta: object }>(indexer.url, '{ _meta { block hash cursor } }')
    expect(first.value?.data?.head).toEqual({ retractedAfter: null, ..._meta })
    await setting.ledger.connection.reader.request({ method: 'evm_mine' } as never)
    const second = await heads.next()
    expect(second.value?.data?.head.block).toBe((first.value?.data?.head.block ?? 0) + 1)
    await heads.return?.()

    const [query] = [`query { _meta { block } }`]
    const asked = await client.iterate<{ _meta: { block: number } }>({ query }).next()
    expect(asked.value?.data?._meta.block).toBe(second.value?.data?.head.block)
    client.dispose()
  })

  it('are answered as docs/api.md has them', async () => {
    const page = readFileSync('docs/api.md', 'utf8')
    const [, query] = /```graphql\n(subscription .*?)```/s.exec(page) ?? []
    const { credits } = await ask<{ credits: { items: { block: number; account: { payout: string } }[] } }>(
      indexer.url,
      '{ credits(limit: 1) { items { block account { payout } } } }',
    )
    const [first] = credits.items
    const { _meta: before } = await ask<{ _meta: { cursor: string } }>(
      indexer.url,
      `{ _meta(block: { number: ${(first?.block ?? 0) - 1} }) { cursor } }`,
    )
    const variables = { payout: first?.account.payout, after: before.cursor }
    const [message] = await eventsOf(await post(indexer.url, { query, variables }, STREAM), 1)
    expect(message?.data.data.credits?.items?.[0]).toMatchObject({ block: first?.block })
  })

  it('are refused with a reason', async () => {
    const refusals = [
      ['subscription { head { block } }', 'application/json', 'NOT_ACCEPTABLE', 406],
      ['subscription { batches { block } strikes { block } }', 'text/event-stream', 'GRAPHQL_VALIDATION_FAILED', 400],
      ['subscription { batches(where: { feeGwei: 1 }) { block } }', 'text/event-stream', 'BAD_REQUEST', 400],
    ] as const
    for (const [query, accept, code, status] of refusals) {
      const response = await post(indexer.url, { query }, { accept })
      expect([response.status, ((await response.json()) as Failed).errors[0]?.extensions.code]).toEqual([status, code])
    }
    const broken = await post(indexer.url, { query: subscription('batches'), variables: { after: 'AAAA' } }, STREAM)
    const [message, ending] = await eventsOf(broken, 2)
    expect(message).toMatchObject({ event: 'next', data: { errors: [{ extensions: { code: 'BAD_CURSOR' } }] } })
    expect(ending?.event).toBe('complete')
    const lost = Buffer.concat([Buffer.alloc(8), Buffer.of(1), Buffer.alloc(8, 7)]).toString('base64url')
    const [unknown] = await eventsOf(
      await post(indexer.url, { query: subscription('batches'), variables: { after: lost } }, STREAM),
      1,
    )
    expect(unknown).toMatchObject({ data: { errors: [{ extensions: { code: 'BAD_CURSOR' } }] } })
  })

  it('are few for each client, and leave room when they end', async () => {
    const query = 'subscription { head { block } }'
    const open = await Promise.all(Array.from({ length: 20 }, () => post(indexer.url, { query }, STREAM)))
    expect(open.map(({ status }) => status)).toEqual(open.map(() => 200))
    const refused = await post(indexer.url, { query }, STREAM)
    expect(refused.status).toBe(429)
    for (const response of open) await response.body?.cancel()
    await expect.poll(async () => (await post(indexer.url, { query }, STREAM)).status).toBe(200)
    const { errors } = await answerTo(indexer.url, '{ _meta { block } }')
    expect(errors).toBeUndefined()
  })
})

const STREAM = { accept: 'text/event-stream' }

interface Failed {
  readonly errors: readonly { readonly extensions: { readonly code: string } }[]
}

function post(url: string, body: object, headers: Readonly<Record<string, string>>, signal?: AbortSignal) {
  return fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
    ...(signal && { signal }),
  })
}

interface Event {
  readonly event: string
  readonly id: string | undefined
  readonly data: { readonly data: Readonly<Record<string, Message>> }
}

async function* events(response: Response): AsyncGenerator<Event> {
  let text = ''
  for await (const part of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += part
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const lines = new Map(
        text
          .slice(0, end)
          .split('\n')
          .map((line) => [line.split(':')[0], line.replace(/^\w*: ?/, '')]),
      )
      text = text.slice(end + 2)
      const event = lines.get('event')
      const data = lines.get('data') ?? ''
      if (event !== undefined) yield { event, id: lines.get('id'), data: data === '' ? null : JSON.parse(data) }
    }
  }
}

async function eventsOf(response: Response, count: number): Promise<readonly Event[]> {
  const found: Event[] = []
  for await (const event of events(response)) {
    found.push(event)
    if (found.length === count) break
  }
  return found
}

/** Keeps the rows that messages tell of, as a client would. */
function followed(url: string, list: string, after: string) {
  const rows = new Map<string, number>()
  let retractions = 0
  let last: string | undefined
  let connection = new AbortController()
  const read = async (signal: AbortSignal): Promise<void> => {
    const resumed = last === undefined ? STREAM : { ...STREAM, 'last-event-id': last }
    const response = await post(url, { query: subscription(list), variables: { after } }, resumed, signal)
    for await (const { id, data } of events(response)) {
      const message = data.data[list]
      if (message === undefined) throw new Error(JSON.stringify(data))
      const { retractedAfter, items = [], cursor } = message
      expect(cursor).toBe(id)
      if (retractedAfter !== null) {
        retractions += 1
        for (const [row, block] of rows) if (block > retractedAfter) rows.delete(row)
      }
      for (const item of items) {
        expect(rows.has(item.id), `${list} ${item.id} is sent once`).toBe(false)
        rows.set(item.id, item.block)
      }
      last = id
    }
  }
  let reading = read(connection.signal)
  const stop = () => {
    connection.abort()
    return reading.catch((error: unknown) => {
      if (!(error instanceof Error) || error.name !== 'AbortError') throw error
    })
  }
  return {
    rows: () => [...rows].map(([id, block]) => ({ id, block })).toSorted(byPlace),
    retractions: () => retractions,
    stop,
    comeBack: async () => {
      await stop()
      await sleep(50)
      connection = new AbortController()
      reading = read(connection.signal)
    },
  }
}

async function rowsAfter(url: string, list: string, block: number): Promise<readonly object[]> {
  const rows: { id: string; block: number }[] = []
  for (let after: string | null = null; ; ) {
    const query = `query ($after: String) { ${list}(where: { block_gt: ${block} }, orderBy: block, limit: 500, after: $after) {
      items { id block } pageInfo { hasNextPage endCursor } } }`
    const page: Readonly<Record<string, Page>> = await ask(url, query, { after })
    const { items, pageInfo } = page[list] ?? { items: [], pageInfo: { hasNextPage: false, endCursor: null } }
    rows.push(...items)
    if (!pageInfo.hasNextPage) return rows.toSorted(byPlace)
    after = pageInfo.endCursor
  }
}

interface Page {
  readonly items: readonly { readonly id: string; readonly block: number }[]
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null }
}

function byPlace(a: { id: string; block: number }, b: { id: string; block: number }): number {
  return a.block - b.block || (a.id < b.id ? -1 : 1)
}
