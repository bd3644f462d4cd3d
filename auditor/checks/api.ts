// The rows of a GraphQL endpoint, as of the audited block's hash, with what was found here.

import * as z from 'zod'
import { randomSource } from '../../attribution/random.ts'
import type { Header } from '../../chain/verify/header.ts'
import { placeOf } from '../report/finding.ts'
import { count, find, type Tally } from '../report/tally.ts'
import type { World } from '../world/world.ts'
import { type ApiRow, type ApiTable, apiTables } from './apiTables.ts'
import type { Sample } from './storage.ts'

export interface ApiQuery {
  readonly api: string
  readonly block: Header
  readonly sample: Sample | undefined
  readonly tally: Tally
  readonly signal: AbortSignal
  /** How long an index may take for a page. */
  readonly silenceMs?: number
  readonly progress: (done: number, total: number) => void
}

const PAGE = 200
const SILENCE_MS = 20_000
const answerSchema = z.object({
  data: z
    .object({
      list: z.object({
        items: z.array(z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))),
        pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
      }),
    })
    .nullish(),
  errors: z.array(z.object({ message: z.string() })).optional(),
})
type Answer = z.infer<typeof answerSchema>

export async function checkApi(query: ApiQuery, world: World): Promise<void> {
  const tables = apiTables(world)
  for (const [i, table] of tables.entries()) {
    query.progress(i, tables.length)
    try {
      await compareTable(query, table)
    } catch (error) {
      query.signal.throwIfAborted()
      const why = error instanceof Error ? error.message : String(error)
      const isAway = error instanceof NoIndex
      const what = `${isAway ? 'an index’s answers' : table.list} at ${query.api}`
      query.tally.unchecked.push({ check: 'api', what, why, isNeeded: true })
      // An index that does not answer once would be waited for at every list.
      if (isAway) break
    }
  }
  query.progress(tables.length, tables.length)
}

/** Every row, or of a sample every row of some pages; and, without a sample, that none is missing. */
async function compareTable(query: ApiQuery, table: ApiTable): Promise<void> {
  const random = randomSource(query.sample?.seed ?? 0)
  const seen = new Set<string>()
  const wanted = query.sample === undefined ? undefined : query.sample.slots
  let compared = 0
  for await (const rows of pagesOf(query, table)) {
    for (const row of rows) {
      const key = table.keys.map((name) => row[name]).join('/')
      const isSampled = wanted === undefined || (compared < wanted && random() % 2 === 0)
      if (isSampled) {
        compareRow(query, table, key, row, seen.has(key))
        compared += 1
      }
      seen.add(key)
    }
    if (wanted !== undefined && compared >= wanted) return
  }
  for (const [key, { at, contract }] of table.rows) {
    if (seen.has(key)) continue
    say(query, table, key, 'A row is missing', 'nothing', 'a row', placeOf(at, contract))
  }
}

function compareRow(query: ApiQuery, table: ApiTable, key: string, row: ApiRow, isRepeated: boolean): void {
  count(query.tally, 'api')
  const expected = table.rows.get(key)
  if (expected === undefined || isRepeated) {
    const what = isRepeated ? 'A row came twice' : 'A row is of something that is not on chain'
    say(query, table, key, what, JSON.stringify(row), isRepeated ? 'one row' : 'no such row', {})
    return
  }
  const told = table.read?.(row) ?? row
  for (const [name, value] of Object.entries(expected.fields)) {
    const found = `${told[name] ?? null}`
    if (found.toLowerCase() === value.toLowerCase()) continue
    const place = placeOf(expected.at, expected.contract)
    say(query, table, `${key}.${name}`, 'An index says something else than the chain', found, value, place)
  }
}

function say(
  { api, block, tally }: ApiQuery,
  { list, keys, fields }: ApiTable,
  subject: string,
  what: string,
  found: string,
  expected: string,
  place: object,
): void {
  const wanted = [...keys, ...fields].join(' ')
  find(tally, {
    check: 'api',
    severity: 'error',
    what,
    place: { ...place, subject: `${list} ${subject}` },
    found,
    expected,
    reproduce: `POST ${api}/graphql { ${list}(block: {hash: "${block.hash}"}) { items { ${wanted} } } }`,
  })
}

async function* pagesOf(
  { api, block, signal, silenceMs = SILENCE_MS }: ApiQuery,
  { list, keys, fields }: ApiTable,
): AsyncGenerator<readonly ApiRow[]> {
  const wanted = [...new Set([...keys, ...fields])].join(' ')
  const query = `query ($at: AsOfBlock, $after: String) {
    list: ${list}(limit: ${PAGE}, block: $at, after: $after) { items { ${wanted} } pageInfo { hasNextPage endCursor } } }`
  for (let after: string | null = null; ; ) {
    const asked = { query, variables: { at: { hash: block.hash }, after } }
    const { data, errors }: Answer = await answerTo(api, asked, signal, silenceMs)
    if (!data) throw new Error(errors?.[0]?.message ?? 'it answers neither data nor an error')
    yield data.list.items
    if (!data.list.pageInfo.hasNextPage) return
    after = data.list.pageInfo.endCursor
  }
}

/** Nobody answers there, or not as an index does. */
class NoIndex extends Error {}

async function answerTo(api: string, asked: object, signal: AbortSignal, silenceMs: number): Promise<Answer> {
  let text: string
  try {
    const response = await fetch(`${api}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(asked),
      signal: AbortSignal.any([signal, AbortSignal.timeout(silenceMs)]),
    })
    text = await response.text()
  } catch (error) {
    const isSilent = error instanceof Error && error.name === 'TimeoutError'
    const why = isSilent ? `nothing was answered within ${silenceMs / 1_000} s` : 'nobody answers there'
    throw new NoIndex(`${why}. See whether the index runs, or give the address of another one`)
  }
  try {
    return answerSchema.parse(JSON.parse(text))
  } catch {
    const begins = JSON.stringify(text.slice(0, 60))
    throw new NoIndex(`what answers there is no index: it says ${begins}. Give the address of one`)
  }
}
