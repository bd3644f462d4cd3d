import * as z from 'zod'
import { RetryError, StopError } from '../sdk/errors.ts'
import { signal } from './signals.ts'

const answerSchema = z.object({
  data: z.unknown().optional(),
  errors: z.array(z.object({ message: z.string() })).optional(),
})

/** How long an answer may take. */
const SILENCE_MS = 20_000

/** Asks an indexer's API over HTTP, as anyone would. What comes back is checked before it is believed. */
export async function askApi<schema extends z.ZodType>(
  api: string,
  query: string,
  schema: schema,
  variables: Readonly<Record<string, unknown>> = {},
): Promise<z.infer<schema>> {
  let text: string
  try {
    const response = await fetch(`${api}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(SILENCE_MS)]),
    })
    text = await response.text()
  } catch (cause) {
    signal.throwIfAborted()
    const isSilent = cause instanceof Error && cause.name === 'TimeoutError'
    throw new RetryError(
      `The API at ${api} does not answer${isSilent ? ` within ${SILENCE_MS / 1_000} s` : ''}`,
      {},
      'See whether the indexer runs, or give the address of another one with --api.',
      cause,
    )
  }
  const { data, errors = [] } = parsedAnswer(api, text)
  const [error] = errors
  if (error !== undefined)
    throw new StopError(`The API refuses a query: ${error.message}`, {}, 'Compare it with the schema.')
  const parsed = schema.safeParse(data)
  if (parsed.success) return parsed.data
  throw new StopError(
    `${api} answers, but not as an indexer of ours does`,
    { at: parsed.error.issues[0]?.path.join('.') || 'data' },
    'Give the address of one with --api, of the same version as this command.',
  )
}

function parsedAnswer(api: string, text: string): z.infer<typeof answerSchema> {
  try {
    return answerSchema.parse(JSON.parse(text))
  } catch (cause) {
    const answer = text.slice(0, 80)
    throw new StopError(
      `${api} does not answer as GraphQL does`,
      { answer },
      'Check the address: --api takes that of an indexer, such as http://127.0.0.1:4000.',
      cause,
    )
  }
}
