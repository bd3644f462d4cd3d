/** The index did not answer, or would not. `code` is the API's own, where it gave one. */
export class IndexError extends Error {
  readonly code: string | undefined
  constructor(what: string, code?: string) {
    super(what)
    this.name = 'IndexError'
    this.code = code
  }
}

interface Answer<T> {
  readonly data?: T | null
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[]
}

const PATIENCE_MS = 15_000

/** One question to the index that serves this page. */
export async function ask<T>(query: string, variables: object, signal?: AbortSignal): Promise<T> {
  const patience = AbortSignal.timeout(PATIENCE_MS)
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ query, variables }),
    signal: signal === undefined ? patience : AbortSignal.any([signal, patience]),
  }).catch((error: unknown) => {
    if (signal?.aborted) throw error
    throw new IndexError('This page could not reach the index')
  })
  const answer = (await response.json().catch(() => ({}))) as Answer<T>
  const [error] = answer.errors ?? []
  if (error !== undefined) throw new IndexError(error.message, error.extensions?.code)
  if (!response.ok || answer.data == null) throw new IndexError(`The index answered ${response.status}`)
  return answer.data
}
