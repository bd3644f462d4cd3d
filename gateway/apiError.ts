/** A refusal, in OpenAI's shape: clients know what to do by its status and code. */
export class ApiError extends Error {
  readonly status: 400 | 401 | 402 | 404 | 409 | 413 | 429 | 500 | 502 | 503
  readonly code: string
  readonly param: string | null
  readonly headers: Readonly<Record<string, string>>
  /** What the body says beside OpenAI's fields. */
  readonly attribution: object | undefined

  constructor(
    status: ApiError['status'],
    code: string,
    message: string,
    more: { readonly param?: string; readonly headers?: Record<string, string>; readonly attribution?: object } = {},
  ) {
    super(message)
    this.status = status
    this.code = code
    this.param = more.param ?? null
    this.headers = more.headers ?? {}
    this.attribution = more.attribution
  }
}

const types: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'payment_required',
  404: 'invalid_request_error',
  409: 'conflict_error',
  413: 'invalid_request_error',
  429: 'rate_limit_error',
}

export function errorBody({ status, code, message, param, attribution }: ApiError) {
  const error = { message, type: types[status] ?? 'server_error', param, code }
  return attribution === undefined ? { error } : { error, attribution }
}

/** Asked again after so many seconds it may succeed. */
export function busy(message: string, seconds = 1, status: 429 | 503 = 429): ApiError {
  return new ApiError(status, status === 429 ? 'overloaded' : 'unavailable', message, {
    headers: { 'Retry-After': `${seconds}` },
  })
}
