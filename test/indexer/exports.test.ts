import { parquetReadObjects } from 'hyparquet'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask } from '../support/ask.ts'
import { type Indexing, indexTo } from '../support/indexing.ts'
import { tellOfABook } from '../support/scenario.ts'
import { type Setting, startSetting } from '../support/setting.ts'

type Row = Readonly<Record<string, string>>

describe('exports', () => {
  let setting: Setting
  let indexer: Indexing

  beforeAll(async () => {
    setting = await startSetting(20_261_201)
    await tellOfABook(setting.scenario)
    await setting.scenario.play(20)
    indexer = await indexTo(setting.ledger, await setting.postgres.newDatabase())
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
