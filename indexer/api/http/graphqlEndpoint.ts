import type { IncomingMessage, ServerResponse } from 'node:http'
import type { GraphQLError } from 'graphql'
import { tooLarge } from '../cost.ts'
import { graphiql } from '../graphiql.ts'
import type { Engine, Result } from '../graphql.ts'
import { limits } from '../limits.ts'
import { type ReportFailure, shownError } from '../maskErrors.ts'
import { BadRequest, codeOf, errorCodes } from '../query/badRequest.ts'
import { type Admission, admission } from './admission.ts'
import { type Answer, answerCache } from './answerCache.ts'
import { clientAddress } from './clientAddress.ts'
import { persistedQueries } from './persistedQueries.ts'
import { rateLimit } from './rateLimit.ts'
import { readBody } from './readBody.ts'
import { type GraphQLParams, paramsOfBody, paramsOfUrl } from './requestParams.ts'
import { type Sent, send, vary } from './send.ts'

export interface GraphQLEndpointOptions {
  readonly engine: Engine
  /** Names the head that answers follow from; undefined if there is none yet. */
  readonly headTag: () => Promise<string | undefined>
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
  readonly waiting: Admission['waiting']
}

const RESPONSE_JSON = 'application/graphql-response+json'
const JSON_TYPE = 'application/json'

/** GraphQL over HTTP: limits first, then the text, then the answer. */
export function graphqlEndpoint(options: GraphQLEndpointOptions): GraphQLEndpoint {
  const { engine, report } = options
  const rates = rateLimit(options.requestsASecond)
  const gate = admission()
  const persisted = persistedQueries()
  const cache = answerCache()

  /** Parses, executes and writes out, while it is this request's turn. */
  const compute = async (params: GraphQLParams & { query: string }, client: string, signal: AbortSignal) => {
    let isOfHead = false
    const result = await engine.execute({
      ...params,
      signal,
      costs: (cost) => {
        isOfHead = cost.isOfHead
        rates.charge(client, cost.points)
      },
    })
    return answerOf(result, isOfHead)
  }

  const post = async (request: IncomingMessage): Promise<GraphQLParams> =>
    paramsOfBody(request.headers, await readBody(request))

  const answer = async (request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> => {
    const client = clientAddress(request, options.trustProxy)
    const gone = new AbortController()
    response.once('close', () => gone.abort())
    const contentType = acceptedType(request.headers.accept)
    try {
      checkRequest(request)
      rates.take(client)
      if (contentType === undefined) throw notAcceptable()
      const params = request.method === 'POST' ? await post(request) : paramsOfUrl(url.searchParams)
      const asked = { ...params, query: persisted.textOf(params) }
      const deadline = AbortSignal.timeout(limits.answerMs.most)
      const signal = AbortSignal.any([gone.signal, deadline])
      const leave = await gate.enter(client, gone.signal)
      try {
        const head = await options.headTag()
        const key = cache.keyOf(head, asked)
        const etag = request.method === 'POST' ? undefined : `"${key}"`
        if (etag !== undefined && matches(request.headers['if-none-match'], etag)) {
          response.writeHead(304, { etag, ...CACHED }).end()
          return
        }
        const made =
          cache.get(key) ?? (await compute(asked, client, signal).catch((error) => timedOut(error, deadline)))
        if (made.isOfHead && head !== undefined) cache.set(key, made)
        const caching = etag !== undefined && made.isOfHead ? { etag, ...CACHED } : NOT_CACHED
        const status = made.status === 0 ? (contentType === JSON_TYPE ? 200 : 400) : made.status
        await send(request, response, { ...headed(made, contentType, caching), status })
      } finally {
        leave()
      }
    } catch (error) {
      if (gone.signal.aborted) return
      const shown = shownError(error, report)
      options.refused(codeOf(shown))
      const refusal = answerOf({ errors: [shown] }, false)
      const type = contentType ?? JSON_TYPE
      const status = refusal.status === 0 ? (type === JSON_TYPE ? 200 : 400) : refusal.status
      // What is left of the body is not read.
      if (!request.complete) response.setHeader('connection', 'close')
      await send(request, response, { ...headed(refusal, type, NOT_CACHED), status })
    }
  }

  return {
    waiting: gate.waiting,
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

const CACHED = { 'cache-control': 'public, no-cache' }
const NOT_CACHED = { 'cache-control': 'no-store' }

function headed(answer: Answer, contentType: string, caching: Readonly<Record<string, string>>): Omit<Sent, 'status'> {
  return {
    contentType: `${contentType}; charset=utf-8`,
    body: answer.body,
    headers: { ...caching, ...(answer.retryAfter !== undefined && { 'retry-after': `${answer.retryAfter}` }) },
  }
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

function timedOut(error: unknown, deadline: AbortSignal): never {
  if (!deadline.aborted) throw error
  throw new BadRequest(
    `The answer took more than ${limits.answerMs.most / 1_000} s; ask for less, or filter and order by something else`,
    'QUERY_TIMEOUT',
  )
}
