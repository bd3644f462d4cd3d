import type { IncomingMessage } from 'node:http'
import { limits } from '../limits.ts'
import { BadRequest } from '../query/badRequest.ts'

/** What a GraphQL request says, by GraphQL over HTTP. */
export interface GraphQLParams {
  readonly query?: string
  readonly operationName?: string
  readonly variables?: Readonly<Record<string, unknown>>
  readonly extensions?: Readonly<Record<string, unknown>>
}

/** Of a GET: each part once, and objects as JSON. */
export function paramsOfUrl(search: URLSearchParams): GraphQLParams {
  const part = (name: string): string | undefined => {
    const values = search.getAll(name)
    if (values.length > 1) throw malformed(`The URL has ${name} ${values.length} times; give it once`, name)
    return values[0] === '' ? undefined : values[0]
  }
  const object = (name: string): unknown => {
    const text = part(name)
    return text === undefined ? undefined : parseJson(text, `${name} of the URL`, name)
  }
  return paramsOf({
    query: part('query'),
    operationName: part('operationName'),
    variables: object('variables'),
    extensions: object('extensions'),
  })
}

/** Of a POST. */
export function paramsOfBody(headers: IncomingMessage['headers'], body: Buffer): GraphQLParams {
  const type = headers['content-type'] ?? ''
  const [media = '', ...parameters] = type.split(';').map((part) => part.trim().toLowerCase())
  const isUtf8 = parameters.every((one) => !one.startsWith('charset') || /^charset\s*=\s*"?utf-?8"?$/.test(one))
  if (!/^application\/(graphql\+)?json$/.test(media) || !isUtf8) {
    throw new BadRequest(
      `The body is ${type === '' ? 'of no type' : type.slice(0, 100)}; send content-type: application/json, in UTF-8`,
      'UNSUPPORTED_MEDIA_TYPE',
    )
  }
  if (!/^(identity)?$/i.test(headers['content-encoding'] ?? '')) {
    throw new BadRequest('The body is compressed; send it as it is', 'UNSUPPORTED_MEDIA_TYPE')
  }
  return paramsOf(parseJson(body.toString('utf8'), 'The body', undefined))
}

function parseJson(text: string, what: string, argument: string | undefined): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw malformed(`${what} is not JSON; give a JSON object`, argument)
  }
}

function paramsOf(given: unknown): GraphQLParams {
  if (Array.isArray(given)) {
    throw new BadRequest('The body is a list of requests; send each by itself', 'BATCHING_NOT_SUPPORTED')
  }
  if (!isObject(given)) throw malformed('The body is no JSON object; give one with a query', undefined)
  const text = (name: string) => {
    const value = given[name]
    // Clients that name no operation may send an empty name.
    if (value === undefined || value === null || (value === '' && name === 'operationName')) return {}
    if (typeof value !== 'string') throw malformed(`${name} is no text; give a string`, name)
    return { [name]: value }
  }
  const object = (name: string) => {
    const value = given[name]
    if (value === undefined || value === null) return {}
    if (!isObject(value)) throw malformed(`${name} is no JSON object; give one, or leave it out`, name)
    return { [name]: value }
  }
  const params: GraphQLParams = {
    ...text('query'),
    ...text('operationName'),
    ...object('variables'),
    ...object('extensions'),
  }
  checkValues('variables', params.variables)
  return params
}

/** Counted without recursion, before anything descends into them. */
export function checkValues(name: string, values: unknown): void {
  let left = limits.variableValues.most
  let level: (readonly [string, unknown])[] = [[name, values]]
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > limits.variableDepth.most) {
      throw new BadRequest(
        `${name}: more than ${limits.variableDepth.most} levels within each other; nest less`,
        'VARIABLES_TOO_LARGE',
        { argument: name },
      )
    }
    const inner: (readonly [string, unknown])[] = []
    for (const [path, value] of level) {
      left -= 1
      if (left < 0) {
        throw new BadRequest(
          `${name}: more than ${limits.variableValues.most} values; ask in several requests`,
          'VARIABLES_TOO_LARGE',
          { argument: name },
        )
      }
      if (typeof value === 'string' && value.includes('\0')) {
        throw new BadRequest(`${path} holds a NUL character; no text here does`, 'BAD_REQUEST', { argument: path })
      }
      if (Array.isArray(value)) for (const [i, item] of value.entries()) inner.push([`${path}[${i}]`, item])
      else if (isObject(value)) for (const [name, item] of Object.entries(value)) inner.push([`${path}.${name}`, item])
    }
    level = inner
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function malformed(message: string, argument: string | undefined): BadRequest {
  return new BadRequest(message, 'MALFORMED_REQUEST', argument === undefined ? {} : { argument })
}
