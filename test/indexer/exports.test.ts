import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parquetReadObjects } from 'hyparquet'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { computedBy } from '../../indexer/api/computed/computed.ts'
import { csvHeader, csvLine } from '../../indexer/api/export/csv.ts'
import { exports } from '../../indexer/api/export/exports.ts'
import { headLooks } from '../../indexer/api/headLooks.ts'
import { turns } from '../../indexer/api/http/turns.ts'
import { limits } from '../../indexer/api/limits.ts'
import { type DatabaseLocation, openDatabase } from '../../indexer/store/database.ts'
import { historiesIn } from '../../indexer/store/histories.ts'
import { openStore } from '../../indexer/store/store.ts'
import { undoAbove } from '../../indexer/store/undo.ts'
import { csvOf as pageCsv } from '../../web/src/parts/csv.ts'
import { ask } from '../support/ask.ts'
import { type Indexing, indexTo } from '../support/indexing.ts'
import { tellOfABook } from '../support/scenario.ts'
import { type Setting, startSetting } from '../support/setting.ts'

type Row = Readonly<Record<string, string>>

describe('exports', () => {
  let setting: Setting
  let indexer: Indexing
  let original: DatabaseLocation

  beforeAll(async () => {
    setting = await startSetting(20_261_201)
    await tellOfABook(setting.scenario)
    await setting.scenario.play(20)
    original = await setting.postgres.newDatabase()
    await (await indexTo(setting.ledger, original)).closeAtHead()
    indexer = await indexTo(setting.ledger, await setting.postgres.newDatabase(original))
    await indexer.atHead()
  })
  afterAll(async () => {
    await indexer?.close()
    await setting?.stop()
  })

  it('hold what lists hold, in both formats, with amounts and dates for people', async () => {
    for (const list of ['claims', 'credits', 'inferences', 'models'] as const) {
      const { csv, parquet } = await both(list)
      const { [list]: page } = await ask<Readonly<Record<string, { items: Row[]; totalCount: number }>>>(
        indexer.url,
        `{ ${list}(limit: 500) { items { id } totalCount } }`,
      )
      expect(csv.map(({ id }) => id)).toEqual(page?.items.map(({ id }) => id))
      expect(parquet.map(textOf)).toEqual(csv)
    }
    const [claim] = (await both('claims')).csv
    const { claims } = await ask<{ claims: { items: { amountGwei: string; timestamp: number; recipient: string }[] } }>(
      indexer.url,
      '{ claims(limit: 1) { items { amountGwei timestamp recipient } } }',
    )
    const [told] = claims.items
    expect(claim).toMatchObject({ amountGwei: told?.amountGwei, recipient: told?.recipient })
    expect(BigInt(`${claim?.amountOpen}`.replace('.', ''))).toBe(BigInt(told?.amountGwei ?? 0))
    expect(Date.parse(`${claim?.time}`) / 1_000).toBe(told?.timestamp)
  })

  it('take filters and blocks as GraphQL does', async () => {
    const { credits } = await ask<{ credits: { items: { accountId: number; block: number }[] } }>(
      indexer.url,
      '{ credits(limit: 1) { items { accountId block } } }',
    )
    const { accountId = 0, block = 0 } = credits.items[0] ?? {}
    const rows = await csvOf('credits', `where=${encodeURIComponent(JSON.stringify({ accountId }))}&block=${block}`)
    expect(rows.length).toBeGreaterThan(0)
    for (const row of rows) {
      expect(row.accountId).toBe(`${accountId}`)
      expect(Number(row.block)).toBeLessThanOrEqual(block)
    }
    const response = await fetch(`${indexer.url}/export/batches.csv?block=${block}`)
    expect(response.headers.get('x-block')).toBe(`${block}`)
    await response.body?.cancel()
  })

  it('refuse what they do not understand', async () => {
    const refusals: readonly (readonly [string, number, RegExp])[] = [
      ['nothing.csv', 400, /<list> is one of accounts,/],
      ['credits.xlsx', 400, /csv or \.parquet/],
      ['credits.csv?where={', 400, /where is not JSON/],
      ['credits.csv?where={"color":1}', 400, /where.*color/],
      ['credits.csv?after=7', 400, /after: an export takes where and block only/],
      ['credits.csv?block=tomorrow', 400, /block is tomorrow/],
      ['credits.csv?where={}&where={}', 400, /where more than once/],
      ['credits.csv?where={"OR":null}', 400, /^where\.OR is null; leave it out, or give a value$/],
      ['credits.csv?where={"modelId_gt":null}', 400, /ask for modelId_is_null: true$/],
      ['credits.csv?where={"id":"x"}', 400, /^where.id: "x" is no id of a Credit;/],
      [`credits.csv?where=${'{"NOT":'.repeat(900)}{}${'}'.repeat(900)}`, 400, /where: more than 20 levels/],
      [
        `credits.csv?where=${'{"account_":{"credits_":'.repeat(40)}{}${'}}'.repeat(40)}`,
        400,
        /where: more than 20 levels/,
      ],
      [`credits.csv?where={"accountId_in":[${Array(2_000).fill(1)}]}`, 400, /accountId_in of a filter has 2000 values/],
      ['credits.csv?block=99999999', 400, /not indexed/],
    ]
    for (const [path, status, message] of refusals) {
      const response = await fetch(`${indexer.url}/export/${path}`)
      const { errors } = (await response.json()) as { errors: { message: string }[] }
      expect([path, response.status]).toEqual([path, status])
      expect(errors[0]?.message).toMatch(message)
    }
    expect((await fetch(`${indexer.url}/export/credits.csv`, { method: 'POST' })).status).toBe(405)
  })

  it('write CSV as the page does', () => {
    const texts = ['', 'a,b', 'say "so"', 'two\r\nlines', '=1+1', '+1', '-1.5', '-cmd', '@here', '\ttab', 'ä']
    const columns = texts.map((text) => ({ name: text, type: 'text', nullable: false, value: () => text }) as const)
    const ofPage = pageCsv(
      texts.map((title) => ({ title, csv: () => title })),
      [undefined],
    )
    expect(csvHeader(columns) + csvLine(columns, {} as never)).toBe(ofPage)
  })

  it('wait among heavy queries for each page', async () => {
    const serving = await serve()
    const others = ['a', 'b', 'c'].map((client) => serving.queues.heavy.enter(client, AbortSignal.timeout(60_000)))
    const [leave] = await Promise.all(others)
    let isAnswered = false
    const asked = fetch(`${serving.url}/export/blocks.csv`).then((response) => {
      isAnswered = true
      return response.text()
    })
    await vi.waitUntil(() => serving.reads() === 1)
    const second = await fetch(`${serving.url}/export/blocks.csv`)
    expect([second.status, second.headers.get('retry-after'), isAnswered, serving.reads()]).toEqual([
      429,
      '10',
      false,
      1,
    ])
    leave?.()
    expect(await asked).toBe(await textAt(`${indexer.url}/export/blocks.csv`))
    await serving.close()
  })

  it('are refused, with when to ask again, where as many wait among heavy queries as may', async () => {
    const { queues, url, close } = await serve()
    const ends = new AbortController()
    const running = await Promise.all(['a', 'b', 'c'].map((client) => queues.heavy.enter(client, ends.signal)))
    const waiting = Array.from({ length: limits.waiting.most }, (_, i) => queues.heavy.enter(`${i}`, ends.signal))
    const all = Promise.allSettled(waiting)
    const refused = await fetch(`${url}/export/blocks.csv`)
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '2'])
    expect(await refused.text()).toContain('"OVERLOADED"')
    ends.abort()
    await all
    for (const leave of running) leave()
    expect(await textAt(`${url}/export/blocks.csv`)).toBe(await textAt(`${indexer.url}/export/blocks.csv`))
    await close()
  })

  it('hold the rows of their block, whatever is reverted above it meanwhile', async () => {
    const serving = await serve({ atRead: 4, depth: 5n })
    const path = `/export/blocks.csv?block=${serving.head - 20n}`
    expect(await textAt(`${serving.url}${path}`)).toBe(await textAt(`${indexer.url}${path}`))
    expect(serving.reads()).toBeGreaterThan(4)
    await serving.close()
  })

  it.each(['csv', 'parquet'])(
    'break off as %s once their block is reverted: no file mixes two branches',
    async (format) => {
      const serving = await serve({ atRead: 4, depth: 5n })
      const whole = fetch(`${serving.url}/export/blocks.${format}`).then((response) => response.arrayBuffer())
      await expect(whole).rejects.toThrow()
      // The reading of the reverted block's page was the last.
      expect(serving.reads()).toBe(4)
      await serving.close()
    },
  )

  /** Exports a copy of the history by seven rows a page, and rolls back its newest blocks as it is read for the n-th time. */
  async function serve(reorg?: { readonly atRead: number; readonly depth: bigint }) {
    const connections = await openDatabase(await setting.postgres.newDatabase(original))
    const [history] = await historiesIn(connections.reader('public'))
    const head = history?.head ?? 0n
    const db = connections.reader(history?.schema ?? '')
    const identity = await db.selectFrom('identity').selectAll().executeTakeFirstOrThrow()
    const source = { db, identity, look: headLooks(db), status: async () => undefined, computed: computedBy(undefined) }
    const queues = turns()
    let reads = 0
    const sources = async () => {
      reads += 1
      if (reads === reorg?.atRead) {
        const store = await openStore(connections, identity)
        await undoAbove(store, head - reorg.depth)
        await store.close()
      }
      return source
    }
    const report = () => {}
    const files = exports({ sources, turns: queues, rowsAPage: 7n, trustProxy: 0, report, refused: report })
    const server = createServer((request, response) => {
      files.answer(request, response, new URL(request.url ?? '', 'http://localhost'))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return {
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      head,
      queues,
      reads: () => reads,
      close: async () => {
        server.close()
        server.closeAllConnections()
        await connections.close()
      },
    }
  }

  const textAt = async (url: string): Promise<string> => await (await fetch(url)).text()
  const csvOf = async (list: string, query = ''): Promise<readonly Row[]> => {
    const text = await (await fetch(`${indexer.url}/export/${list}.csv?${query}`)).text()
    const [header = '', ...lines] = text.split('\r\n').slice(0, -1)
    const names = header.split(',')
    return lines.map((line) => {
      const fields = [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)]
      return Object.fromEntries(
        names.map((name, i) => [name, fields[i]?.[1]?.replaceAll('""', '"') ?? fields[i]?.[2] ?? '']),
      )
    })
  }
  const both = async (list: string) => {
    const file = await (await fetch(`${indexer.url}/export/${list}.parquet`)).arrayBuffer()
    return { csv: await csvOf(list), parquet: await parquetReadObjects({ file }) }
  }
})

function textOf(row: Readonly<Record<string, unknown>>): Row {
  const text = (value: unknown) =>
    value === null || value === undefined ? '' : value instanceof Date ? value.toISOString() : String(value)
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, text(value)]))
}
