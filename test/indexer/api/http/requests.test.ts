import { createHash } from 'node:crypto'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabase } from '../../../../indexer/store/database.ts'
import { type Indexing, indexTo } from '../../../support/indexing.ts'
import { type Setting, startSetting } from '../../../support/setting.ts'

const QUERY = '{accounts(limit:500){items{id payout earnedGwei}}}'
const RESPONSE_JSON = 'application/graphql-response+json'

describe('a GraphQL request over HTTP', () => {
  let setting: Setting
  let indexer: Indexing
  let url: string

  beforeAll(async () => {
    setting = await startSetting(23)
    await setting.scenario.play(20)
    indexer = await indexTo(setting.ledger, await setting.postgres.newDatabase())
    await indexer.atHead()
    url = `${indexer.url}/graphql`
  })
  afterAll(async () => {
    await indexer?.close()
    await setting?.stop()
  })

  const get = (params: Readonly<Record<string, string>>, headers = {}) =>
    fetch(`${url}?${new URLSearchParams(params)}`, { headers })
  const post = (body: unknown, headers = {}) =>
    fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
  const told = async (asked: Promise<Response>) => {
    const response = await asked
    const { errors } = (await response.json()) as { errors: { extensions: { code: string; argument?: string } }[] }
    const { code, argument } = errors[0]?.extensions ?? {}
    return [response.status, code, ...(argument === undefined ? [] : [argument])]
  }

  it('that is none is told what is wrong with it', async () => {
    const long = `{__typename${' '.repeat(100_000)}}`
    const got = {
      notJson: await told(post('{')),
      list: await told(post([{ query: QUERY }])),
      empty: await told(post({})),
      variables: await told(post({ query: QUERY, variables: 'x' })),
      text: await told(post(QUERY, { 'content-type': 'text/plain' })),
      body: await told(post({ query: long })),
      url: await told(get({ query: long.slice(0, 9_000) })),
      urlVariables: await told(get({ query: QUERY, variables: '{' })),
      urlExtensions: await told(get({ query: QUERY, extensions: '[]' })),
      twice: await told(fetch(`${url}?query={a}&query={b}`)),
      method: await told(fetch(url, { method: 'PUT' })),
      accept: await told(get({ query: QUERY }, { accept: 'image/png' })),
    }
    const head = { method: 'HEAD', headers: { accept: 'text/event-stream' }, signal: AbortSignal.timeout(5_000) }
    expect((await fetch(`${url}?query=subscription{head{block}}`, head)).status).toBe(406)
    expect(got).toEqual({
      notJson: [400, 'MALFORMED_REQUEST'],
      list: [400, 'BATCHING_NOT_SUPPORTED'],
      empty: [400, 'MALFORMED_REQUEST'],
      variables: [400, 'MALFORMED_REQUEST', 'variables'],
      text: [415, 'UNSUPPORTED_MEDIA_TYPE'],
      body: [413, 'BODY_TOO_LARGE'],
      url: [414, 'URL_TOO_LONG'],
      urlVariables: [400, 'MALFORMED_REQUEST', 'variables'],
      urlExtensions: [400, 'MALFORMED_REQUEST', 'extensions'],
      twice: [400, 'MALFORMED_REQUEST', 'query'],
      method: [405, 'METHOD_NOT_ALLOWED'],
      accept: [406, 'NOT_ACCEPTABLE'],
    })
  })

  it('without a name of an operation, and with any parameter of its type but another encoding, is answered', async () => {
    const query = '{__typename}'
    const statuses = await Promise.all([
      post({ query, operationName: '' }),
      post({ query }, { 'content-type': 'application/json;' }),
      post({ query }, { 'content-type': 'application/json; profile=x; charset=UTF-8' }),
      post({ query }, { 'content-type': 'application/json; profile=x; charset=utf-16' }),
    ])
    expect(statuses.map(({ status }) => status)).toEqual([200, 200, 200, 415])
    expect(await statuses[0]?.json()).toEqual({ data: { __typename: 'Query' } })
  })

  it('with a bad value is told which argument it is, with one status for literals and variables', async () => {
    const asked = (where: string, variables?: object, accept = 'application/json') =>
      told(post({ query: `query ${where}`, variables }, { accept }))
    const literal = '{ accounts(where: { OR: [{ accountId_gt: -1 }] }) { items { id } } }'
    const variable = '($w: AccountWhere) { accounts(where: $w) { items { id } } }'
    const variables = { w: { OR: [{ accountId_gt: -1 }] } }
    expect(await asked(literal)).toEqual([200, 'BAD_REQUEST', 'where.OR.accountId_gt'])
    expect(await asked(variable, variables)).toEqual([200, 'BAD_REQUEST', '$w.OR[0].accountId_gt'])
    expect(await asked(literal, {}, RESPONSE_JSON)).toEqual([400, 'BAD_REQUEST', 'where.OR.accountId_gt'])
    expect(await asked(variable, variables, RESPONSE_JSON)).toEqual([400, 'BAD_REQUEST', '$w.OR[0].accountId_gt'])
    expect(await asked('{ models(where: { name: "a\\u0000" }) { items { id } } }')).toEqual([
      200,
      'BAD_REQUEST',
      'where.name',
    ])
    expect(await asked('($n: String) { models(where: { name: $n }) { items { id } } }', { n: 'a\0' })).toEqual([
      200,
      'BAD_REQUEST',
      'variables.n',
    ])
    expect(await asked('a { __typename } query b { __typename }')).toEqual([200, 'BAD_REQUEST', 'operationName'])
    expect(await asked('{ account(id: "1-2") { id } }')).toEqual([200, 'BAD_REQUEST', 'id'])
    expect(await asked('{ accounts(where: { id_in: ["x"] }) { items { id } } }')).toEqual([
      200,
      'BAD_REQUEST',
      'where.id_in',
    ])
    expect(await asked('{ accounts(where: { OR: null }) { items { id } } }')).toEqual([200, 'BAD_REQUEST', 'where.OR'])
    expect(await asked('{ accounts(limit: 501) { items { id } } }')).toEqual([200, 'BAD_REQUEST', 'limit'])
  })

  it('by GET is answered by 304 until a block is stored, and never by anything older', async () => {
    const first = await get({ query: QUERY })
    const etag = first.headers.get('etag') ?? ''
    expect(first.headers.get('cache-control')).toBe('public, no-cache')
    const held = { 'if-none-match': etag }
    expect((await get({ query: QUERY }, held)).status).toBe(304)
    expect((await get({ query: '{__typename}' }, held)).status).toBe(200)
    await setting.scenario.play(3)
    await indexer.atHead()
    const later = await get({ query: QUERY }, held)
    expect([later.status, later.headers.get('etag') === etag]).toEqual([200, false])
    const meta = '{_meta{block}}'
    for (let i = 0; i < 5; i += 1) {
      await setting.scenario.play(1)
      await indexer.atHead()
      const head = Number((await setting.ledger.connection.reader.getBlock()).number)
      expect(await (await get({ query: meta })).json()).toEqual({ data: { _meta: { block: head } } })
      expect(await (await post({ query: meta })).json()).toEqual({ data: { _meta: { block: head } } })
    }
  })

  it('is persisted by its hash', async () => {
    const hashOf = (text: string) => createHash('sha256').update(text).digest('hex')
    const persisted = (sha256Hash: string, version = 1) => ({ persistedQuery: { version, sha256Hash } })
    const extensions = JSON.stringify(persisted(hashOf(QUERY)))
    expect(await told(get({ extensions }))).toEqual([200, 'PERSISTED_QUERY_NOT_FOUND'])
    const registered = await post({ query: QUERY, extensions: persisted(hashOf(QUERY)) })
    expect(await (await get({ extensions })).json()).toEqual(await registered.json())
    const argument = 'extensions.persistedQuery.sha256Hash'
    const wrong = persisted(hashOf('{a}'))
    expect(await told(post({ query: QUERY, extensions: wrong }))).toEqual([400, 'MALFORMED_REQUEST', argument])
    const version = 'extensions.persistedQuery.version'
    expect(await told(post({ extensions: persisted(hashOf(QUERY), 2) }))).toEqual([400, 'MALFORMED_REQUEST', version])
  })

  it('is answered compressed, as the client takes it', async () => {
    const query = '{accounts(limit:100){items{id payout earnedGwei credits{items{amountGwei role}}}}}'
    const raw = async (encoding: string) => {
      const { request } = await import('node:http')
      return await new Promise<[string | undefined, Buffer]>((resolve, reject) => {
        const asked = request(`${url}?${new URLSearchParams({ query })}`, { headers: { 'accept-encoding': encoding } })
        asked.once('response', (response) => {
          const parts: Buffer[] = []
          response.on('data', (part) => parts.push(part))
          response.once('end', () => resolve([response.headers['content-encoding'], Buffer.concat(parts)]))
        })
        asked.once('error', reject)
        asked.end()
      })
    }
    const [none, plain] = await raw('identity')
    const [br, byBrotli] = await raw('gzip, br')
    const [gzip, byGzip] = await raw('gzip, br;q=0')
    expect([none, br, gzip]).toEqual([undefined, 'br', 'gzip'])
    expect(brotliDecompressSync(byBrotli)).toEqual(plain)
    expect(gunzipSync(byGzip)).toEqual(plain)
  })

  it('may come from any page with any header', async () => {
    const headers = 'authorization,apollographql-client-name,traceparent'
    const asked = { origin: 'https://example.org', 'access-control-request-headers': headers }
    const preflight = await fetch(url, { method: 'OPTIONS', headers: asked })
    expect([preflight.status, preflight.headers.get('access-control-allow-headers')]).toEqual([204, headers])
  })

  it('loads GraphiQL in small parts that stay in the browser, or none of it', async () => {
    const page = await fetch(url, { headers: { accept: 'text/html' } })
    const text = await page.text()
    expect(text.length).toBeLessThan(5_000)
    const [, script = ''] = /src="(graphiql\/[^"]+)"/.exec(text) ?? []
    const file = await fetch(`${indexer.url}/${script}`)
    expect(file.headers.get('cache-control')).toContain('immutable')
    expect(file.headers.get('content-encoding')).toMatch(/br|gzip/)
    expect((await file.text()).length).toBeGreaterThan(1_000_000)
    const bare = await indexTo(setting.ledger, await setting.postgres.newDatabase(), { graphiql: false })
    expect((await fetch(`${bare.url}/graphql`, { headers: { accept: 'text/html' } })).status).not.toBe(200)
    await bare.close()
  })

  it('whose client is gone is cancelled in PostgreSQL, and its connection serves the next', async () => {
    const database = await setting.postgres.newDatabase()
    const connections = await openDatabase(database)
    const pool = connections.queries('public', 1_000)
    const gone = new AbortController()
    const sleeping = sql`select pg_sleep(30) /* mine */`.execute(pool.of({ signal: gone.signal }))
    const running = async () => {
      const query = sql<{ n: bigint }>`select count(*) as n from pg_stat_activity
        where state = 'active' and query like '%pg_sleep%mine%' and pid <> pg_backend_pid()`
      return Number((await query.execute(connections.reader('public'))).rows[0]?.n)
    }
    await expect.poll(running).toBe(1)
    gone.abort()
    await expect(sleeping).rejects.toThrow(/aborted/)
    expect(await running()).toBe(0)
    const stays = pool.of({ signal: new AbortController().signal })
    expect((await sql<{ one: number }>`select 1 as one`.execute(stays)).rows).toEqual([{ one: 1 }])
    await expect(sql`select pg_sleep(30)`.execute(stays)).rejects.toThrow(/statement timeout/)
    await expect(sql`create table mine (id int)`.execute(stays)).rejects.toThrow(/read-only/)
    await connections.close()
  })
})
