import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { coerceInputValue, type GraphQLInputType } from 'graphql'
import { checkFilter } from '../cost.ts'
import { entities } from '../entities/all.ts'
import { clientAddress } from '../http/clientAddress.ts'
import { places } from '../http/places.ts'
import { checkValues } from '../http/requestParams.ts'
import type { Turns } from '../http/turns.ts'
import { limits } from '../limits.ts'
import { type ReportFailure, shownErrors } from '../maskErrors.ts'
import { type AsOf, type BlockArg, blockAsOf } from '../query/asOf.ts'
import { BadRequest, codeOf, errorCodes } from '../query/badRequest.ts'
import { type Context, contextOf, type Sources } from '../query/context.ts'
import type { Entity, Row } from '../query/entity.ts'
import type { PageArgs } from '../query/page.ts'
import type { Where } from '../query/where.ts'
import { schema } from '../schema/schema.ts'
import { fileColumns } from './columns.ts'
import { csvHeader, csvLine } from './csv.ts'
import { parquetFile } from './parquet.ts'

/** Whole lists as files: `/export/<list>.csv` and `.parquet`, as of one block. */
export interface Exports {
  answer(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void>
}

export interface ExportsOptions {
  readonly sources: (signal: AbortSignal) => Promise<Sources>
  readonly turns: Pick<Turns, 'heavy' | 'used'>
  /** 500 by default. */
  readonly rowsAPage?: bigint
  readonly trustProxy: number
  readonly report: ReportFailure
  readonly refused: (code: string) => void
}

const ROWS_A_PAGE = 500n
/** Pages that make a row group of Parquet: large ones compress better, and are kept in memory. */
const PAGES_A_GROUP = 10
/** How long a file that has begun waits until it asks for its turn again. */
const AGAIN_MS = 1_000
const TAKE_WITHIN_MS = 30_000
const TYPES = { csv: 'text/csv; charset=utf-8', parquet: 'application/vnd.apache.parquet' } as const

export function exports(options: ExportsOptions): Exports {
  const open = places('exports', limits.exports.most, limits.exportsOfClient.most)
  const { turns, rowsAPage = ROWS_A_PAGE } = options

  /** A page waits among heavy queries. Before the first one there is an error to tell; a file that has begun waits on. */
  const inTurn = async <T>(client: string, gone: AbortSignal, hasBegun: () => boolean, read: () => Promise<T>) => {
    for (;;) {
      try {
        const leave = await turns.heavy.enter(client, gone)
        const began = performance.now()
        try {
          return await read()
        } finally {
          turns.used.add(client, performance.now() - began)
          leave()
        }
      } catch (error) {
        if (!hasBegun() || !(error instanceof BadRequest) || codeOf(error) !== 'OVERLOADED') throw error
        await sleep(AGAIN_MS, undefined, { signal: gone })
      }
    }
  }

  const write = async (
    request: IncomingMessage,
    response: ServerResponse,
    url: URL,
    client: string,
    gone: AbortSignal,
  ) => {
    const { entity, format } = fileAsked(url.pathname.slice('/export/'.length))
    checkNames([...url.searchParams.keys()])
    const where = whereOf(entity, url.searchParams.get('where'))
    const context = contextOf(await options.sources(gone))
    // One block for all pages, whatever happens meanwhile.
    const at = await context.asOf(blockOf(url.searchParams.get('block')))
    const columns = fileColumns(entity)
    const parquet = format === 'parquet' ? parquetFile(columns, factsOf(context, at)) : undefined
    // Before the first byte, so that what cannot be answered is refused as such.
    const pages = pagesOf(options.sources, entity, { limit: rowsAPage, ...(where && { where }) }, at, gone)
    const next = () =>
      inTurn(
        client,
        gone,
        () => response.headersSent,
        () => pages.next(),
      )
    let page = await next()
    response.writeHead(200, {
      'content-type': TYPES[format],
      'content-disposition': `attachment; filename="${entity.list}-${at.block}.${format}"`,
      'cache-control': 'no-store',
      'x-block': `${at.block}`,
      'x-block-hash': at.hash,
    })
    if (request.method === 'HEAD') return response.end()
    await sent(response, parquet === undefined ? csvHeader(columns) : new Uint8Array())
    let group: Row[] = []
    for (; !page.done; page = await next()) {
      if (parquet === undefined) await sent(response, page.value.map((row) => csvLine(columns, row)).join(''))
      else group.push(...page.value)
      if (parquet === undefined || group.length < PAGES_A_GROUP * Number(rowsAPage)) continue
      await sent(response, parquet.add(group))
      group = []
    }
    if (parquet !== undefined && group.length > 0) await sent(response, parquet.add(group))
    return response.end(parquet?.end())
  }

  return {
    answer: async (request, response, url) => {
      const gone = new AbortController()
      response.once('close', () => gone.abort())
      let leave: (() => void) | undefined
      try {
        if (request.method !== 'GET' && request.method !== 'HEAD') {
          throw new BadRequest('Exports are asked by GET', 'METHOD_NOT_ALLOWED')
        }
        const client = clientAddress(request, options.trustProxy)
        leave = open.take(client)
        await write(request, response, url, client, gone.signal)
      } catch (error) {
        if (gone.signal.aborted) return
        const errors = shownErrors(error, options.report)
        for (const one of errors) options.refused(codeOf(one))
        // A file that ends early must not pass for a whole one.
        if (response.headersSent) return void response.destroy()
        const [first] = errors.map((one) => errorCodes[codeOf(one)].status)
        const retryAfter = errors
          .map(({ extensions }) => extensions.retryAfter)
          .find((after) => typeof after === 'number')
        response.writeHead(typeof first === 'number' ? first : 400, {
          'content-type': 'application/json',
          ...(retryAfter !== undefined && { 'retry-after': `${retryAfter}` }),
        })
        response.end(`${JSON.stringify({ errors })}\n`)
      } finally {
        leave?.()
      }
    },
  }
}

function fileAsked(name: string): { readonly entity: Entity; readonly format: keyof typeof TYPES } {
  const [list, format, ...rest] = name.split('.')
  const entity = entities.find((one) => one.list !== undefined && one.list === list)
  if (entity !== undefined && (format === 'csv' || format === 'parquet') && rest.length === 0) return { entity, format }
  const lists = entities.flatMap((one) => one.list ?? [])
  throw new BadRequest(`Ask /export/<list>.csv or .parquet, where <list> is one of ${lists.join(', ')}`)
}

function checkNames(names: readonly string[]): void {
  const unknown = names.find((name) => name !== 'where' && name !== 'block')
  if (unknown !== undefined) throw new BadRequest(`${unknown.slice(0, 50)}: an export takes where and block only`)
  const [twice] = names.filter((name, i) => names.indexOf(name) < i)
  if (twice === undefined) return
  throw new BadRequest(`The URL has ${twice} more than once; give it once`, 'BAD_REQUEST', { argument: twice })
}

function whereOf(entity: Entity, text: string | null): Where | undefined {
  if (text === null) return undefined
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw new BadRequest('where is not JSON; give a filter as in GraphQL, such as {"accountId":7}', 'BAD_REQUEST', {
      argument: 'where',
    })
  }
  checkValues('where', json)
  checkFilter(json)
  const type = schema.getType(`${entity.type}Where`) as GraphQLInputType
  return coerceInputValue(json, type, (path, _, error) => {
    throw new BadRequest(`${['where', ...path].join('.')}: ${error.message}`, 'BAD_REQUEST', { argument: 'where' })
  }) as Where
}

function blockOf(text: string | null): BlockArg | undefined {
  if (text === null) return undefined
  if (/^\d{1,15}$/.test(text)) return { number: BigInt(text) }
  throw new BadRequest(`block is ${text.slice(0, 50)}; give a block's number`, 'BAD_REQUEST', { argument: 'block' })
}

/** Throws `BLOCK_REORGED` once the chain has left the block. */
async function* pagesOf(
  sources: ExportsOptions['sources'],
  entity: Entity,
  asked: PageArgs,
  at: AsOf,
  signal: AbortSignal,
): AsyncGenerator<readonly Row[], void> {
  for (let after: string | null = null; ; ) {
    const context = contextOf(await sources(signal))
    const { items, pageInfo } = await context.page(entity, { ...asked, after }, at)
    await blockAsOf(context.db, { hash: at.hash }, await context.asOf())
    yield items
    if (!pageInfo.hasNextPage) return
    after = pageInfo.endCursor
  }
}

function factsOf({ identity }: Context, { block, hash }: AsOf): Readonly<Record<string, string>> {
  return { chainId: `${identity.chainId}`, ledger: identity.ledger, block: `${block}`, blockHash: hash }
}

async function sent(response: ServerResponse, bytes: string | Uint8Array): Promise<void> {
  if (bytes.length === 0 || response.write(bytes) || response.destroyed) return
  const signal = AbortSignal.timeout(TAKE_WITHIN_MS)
  await Promise.race([once(response, 'drain', { signal }), once(response, 'close', { signal })])
}
