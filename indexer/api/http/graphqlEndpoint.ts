import type { IncomingMessage, ServerResponse } from 'node:http'
import type { GraphQLError } from 'graphql'
import { tooLarge } from '../cost.ts'
import { graphiql } from '../graphiql.ts'
import type { Engine, Operation, Prepared, Result } from '../graphql.ts'
import type { NamedHead } from '../headTag.ts'
import { introspection } from '../introspection.ts'
import { limits } from '../limits.ts'
import type { Subscriber } from '../live/changes.ts'
import { EVENT_STREAM, openEventStream } from '../live/eventStream.ts'
import type { HeadWatch } from '../live/headWatch.ts'
import { subscriptions } from '../live/subscriptions.ts'
import { type ReportFailure, shownErrors } from '../maskErrors.ts'
import { BadRequest, codeOf, errorCodes } from '../query/badRequest.ts'
import { admission } from './admission.ts'
import { type Answer, answerCache } from './answerCache.ts'
import { clientAddress } from './clientAddress.ts'
import { persistedQueries } from './persistedQueries.ts'
import { rateLimit } from './rateLimit.ts'
import { readBody } from './readBody.ts'
import { type GraphQLParams, paramsOfBody, paramsOfUrl } from './requestParams.ts'
import { type Sent, send, vary } from './send.ts'
import type { Turns } from './turns.ts'

export interface GraphQLEndpointOptions {
  readonly engine: Engine
  /** The head that answers follow from, with its name; undefined if there is none yet. */
  readonly newest: () => Promise<NamedHead | undefined>
  readonly heads: HeadWatch
  readonly turns: Turns
  /** Proxies of one's own in front. */
  readonly trustProxy: number
  /** Requests a second of a client; 0 for no limit. */
  readonly requestsASecond: number
  readonly hasGraphiql: boolean
  readonly report: ReportFailure
  /** Counts refusals, by code. */
  readonly refused: (code: string) => void
}

export interface GraphQLEndpoint {
  answer(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void>
  /** Ends what would never end by itself. */
  endSubscriptions(): void
  close(): void
}

const RESPONSE_JSON = 'application/graphql-response+json'
const JSON_TYPE = 'application/json'

/** GraphQL over HTTP: limits first, then the text, then the answer. */
export function graphqlEndpoint(options: GraphQLEndpointOptions): GraphQLEndpoint {
  const { engine, report } = options
  const rates = rateLimit(options.requestsASecond)
  // Parsing and validating keep the event loop: one at a time, in turns.
  const { used, light, heavy } = options.turns
  const preparing = admission(1, used)
  const ofSchema = admission(1, used)
  const schemaThread = introspection()
  const persisted = persistedQueries()
  const cache = answerCache()
  const live = subscriptions(options.heads, (error) => shownErrors(error, report))

  /** Waits for its turn, and runs. */
  const inTurn = async <T>(
    { cost }: Prepared,
    client: string,
    gone: AbortSignal,
    run: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> => {
    const lane = cost.isOfSchema ? ofSchema : cost.points > limits.lightPoints.most ? heavy : light
    return await beforeDeadline(gone, async (signal) => {
      const leave = await lane.enter(client, gone)
      try {
        return await run(signal)
      } finally {
        leave()
      }
    })
  }

  const prepare = async (asked: Operation, client: string, gone: AbortSignal): Promise<Prepared> => {
    const leave = isLight(asked) ? undefined : await preparing.enter(client, gone)
    const began = performance.now()
    try {
      return engine.prepare(asked)
    } finally {
      used.add(client, performance.now() - began)
      leave?.()
    }
  }

  /** Too little to keep anybody waiting: nothing to parse, and few values to check. */
  const isLight = ({ query, variables }: Operation): boolean =>
    engine.knows(query) && query.length + JSON.stringify(variables ?? {}).length <= LIGHT_CHARACTERS

  const charge = ({ cost }: Prepared, client: string): void => {
    used.add(client, cost.points * MS_A_POINT)
    rates.charge(client, cost.points)
  }

  /** From a cache, if the head is still the same; neither an answer nor a subscription if the client has it. */
  const answerTo = async (asked: Operation, client: string, gone: AbortSignal, isKnown: (key: string) => boolean) => {
    const newest = await options.newest()
    const key = cache.keyOf(newest?.tag, asked)
    if (isKnown(key)) return { key }
    const cached = cache.get(key)
    if (cached !== undefined) return { key, made: cached }
    const prepared = await prepare(asked, client, gone)
    if (prepared.isSubscription) return { key, subscription: prepared }
    charge(prepared, client)
    const made = await inTurn(prepared, client, gone, async (signal) =>
      prepared.cost.isOfSchema
        ? answerWith(await schemaThread.answer(asked, signal))
        : answerOf(await prepared.execute(signal, { head: newest?.head }), prepared.cost.isOfHead),
    )
    if (made.isOfHead && newest !== undefined) cache.set(key, made)
    return { key, made }
  }

  const post = async (request: IncomingMessage): Promise<GraphQLParams> =>
    paramsOfBody(request.headers, await readBody(request))

  const answer = async (request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> => {
    const client = clientAddress(request, options.trustProxy)
    const gone = new AbortController()
    response.once('close', () => {
      if (!response.writableFinished) gone.abort()
    })
    const contentType = acceptedType(request.headers.accept)
    const takesStream = request.headers.accept?.includes(EVENT_STREAM) === true
    try {
      checkRequest(request)
      rates.take(client)
      if (contentType === undefined && !takesStream) throw notAcceptable()
      const params = request.method === 'POST' ? await post(request) : paramsOfUrl(url.searchParams)
      const asked = { ...params, query: persisted.textOf(params) }
      const isPost = request.method === 'POST'
      const held = request.headers['if-none-match']
      const isKnown = (key: string) => !isPost && matches(held, `"${key}"`)
      const { key, made, subscription } = await answerTo(asked, client, gone.signal, isKnown)
      const etag = `"${key}"`
      if (subscription !== undefined) {
        // The headers of a stream alone would keep a place that nobody leaves.
        if (!takesStream || request.method === 'HEAD') throw notAStream()
        const execute = (subscriber: Subscriber, signal: AbortSignal) => {
          charge(subscription, client)
          return inTurn(subscription, client, signal, (within) => subscription.execute(within, { subscriber }))
        }
        await live.serve({ client, execute }, request, response, gone.signal)
      } else if (made === undefined) response.writeHead(304, { etag, ...CACHED }).end()
      else if (contentType === undefined) {
        const stream = openEventStream(response)
        await stream.next(JSON.parse(made.body.toString()), undefined)
        stream.complete()
      } else {
        const caching = !isPost && made.isOfHead ? { etag, ...CACHED } : NOT_CACHED
        await send(request, response, headed(made, contentType, caching))
      }
    } catch (error) {
      if (gone.signal.aborted) return
      const errors = shownErrors(error, report)
      for (const code of new Set(errors.map(codeOf))) options.refused(code)
      // What is left of the body is not read.
      if (!request.complete) response.setHeader('connection', 'close')
      const errorType = contentType ?? (takesStream ? RESPONSE_JSON : JSON_TYPE)
      await send(request, response, headed(answerOf({ errors }, false), errorType, NOT_CACHED))
    }
  }

  return {
    endSubscriptions: live.close,
    close: schemaThread.close,
    answer: async (request, response, url) => {
      const isRead = request.method === 'GET' || request.method === 'HEAD'
      if (options.hasGraphiql && isRead && !url.searchParams.has('query') && takesHtml(request)) {
        const { page } = await graphiql()
        vary(response, 'accept')
        const headers = { 'cache-control': 'no-cache' }
        await send(request, response, { status: 200, contentType: 'text/html; charset=utf-8', body: page, headers })
      } else await answer(request, response, url)
    },
  }
}

const LIGHT_CHARACTERS = 2_000

/** What executing takes of the event loop, roughly. */
const MS_A_POINT = 0.002

const CACHED = { 'cache-control': 'public, no-cache' }
const NOT_CACHED = { 'cache-control': 'no-store' }

function headed(answer: Answer, contentType: string, caching: Readonly<Record<string, string>>): Sent {
  return {
    status: answer.status === 0 ? (contentType === JSON_TYPE ? 200 : 400) : answer.status,
    contentType: `${contentType}; charset=utf-8`,
    body: answer.body,
    headers: { ...caching, ...(answer.retryAfter !== undefined && { 'retry-after': `${answer.retryAfter}` }) },
  }
}

/** About the schema: the same at any head. */
function answerWith(text: string): Answer {
  return { body: Buffer.from(text), status: 200, isOfHead: true }
}

function answerOf({ data, errors }: Result, isOfHead: boolean): Answer {
  const text = JSON.stringify({ ...(data !== undefined && { data }), ...(errors && { errors: errors.map(written) }) })
  const body = Buffer.from(text)
  if (body.length > limits.answerBytes.most) return answerOf({ errors: [tooLarge()] }, false)
  const codes = (errors ?? []).map(codeOf).map((code) => errorCodes[code].status)
  // With data, errors are of parts of the answer.
  const fixed = data === undefined || data === null ? codes.find((status) => status !== 'request') : undefined
  const status = fixed ?? (data === undefined ? 0 : 200)
  const retryAfter = errors?.map(({ extensions }) => extensions.retryAfter).find((after) => typeof after === 'number')
  return { body, status: Number(status), retryAfter: retryAfter as number | undefined, isOfHead: isOfHead && !errors }
}

function written({ message, locations, path, extensions }: GraphQLError): object {
  return { message, ...(locations && { locations }), ...(path && { path }), extensions }
}

function checkRequest({ method, url = '' }: IncomingMessage): void {
  if (method !== 'GET' && method !== 'HEAD' && method !== 'POST') {
    throw new BadRequest('GraphQL is asked by POST or GET', 'METHOD_NOT_ALLOWED')
  }
  if (url.length <= limits.urlBytes.most) return
  throw new BadRequest(`The URL has more than ${limits.urlBytes.most} bytes; POST the query`, 'URL_TOO_LONG')
}

function notAStream(): BadRequest {
  return new BadRequest(`A subscription is answered as Server-Sent Events; accept ${EVENT_STREAM}`, 'NOT_ACCEPTABLE')
}

function notAcceptable(): BadRequest {
  return new BadRequest(`Answers are ${JSON_TYPE} or ${RESPONSE_JSON}; accept one of them`, 'NOT_ACCEPTABLE')
}

/** Without a wish, or with any, what all clients understand. */
function acceptedType(accept: string | undefined): string | undefined {
  const wanted = (accept ?? '*/*').split(',').map((part) => part.split(';')[0]?.trim().toLowerCase())
  if (wanted.includes(RESPONSE_JSON)) return RESPONSE_JSON
  return wanted.some((type) => type === JSON_TYPE || type === '*/*' || type === 'application/*') ? JSON_TYPE : undefined
}

function takesHtml({ headers }: IncomingMessage): boolean {
  return headers.accept?.includes('text/html') === true
}

function matches(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false
  return ifNoneMatch.split(',').some((one) => one.trim().replace(/^W\//, '') === etag)
}

/** Runs with a signal that aborts when the client is gone or the time is up. */
async function beforeDeadline<T>(gone: AbortSignal, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const within = new AbortController()
  const stop = () => within.abort(gone.reason)
  const timer = setTimeout(() => within.abort(tooSlow()), limits.answerMs.most)
  gone.addEventListener('abort', stop)
  try {
    return await run(within.signal)
  } catch (error) {
    within.signal.throwIfAborted()
    throw error
  } finally {
    clearTimeout(timer)
    gone.removeEventListener('abort', stop)
  }
}

function tooSlow(): BadRequest {
  return new BadRequest(
    `The answer took more than ${limits.answerMs.most / 1_000} s; ask for less, or filter and order by something else`,
    'QUERY_TIMEOUT',
  )
}
