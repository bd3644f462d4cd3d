import * as z from 'zod'
import { RetryError, StopError } from '../sdk/errors.ts'

const answerSchema = z.object({
  data: z.unknown().optional(),
  errors: z.array(z.object({ message: z.string() })).optional(),
})

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
    })
    text = await response.text()
  } catch (cause) {
    throw new RetryError(`The API at ${api} does not answer`, {}, 'See whether the indexer runs.', cause)
  }
  const { data, errors = [] } = parsedAnswer(api, text)
  const [error] = errors
  if (error !== undefined)
    throw new StopError(`The API refuses a query: ${error.message}`, {}, 'Compare it with the schema.')
  return schema.parse(data)
}

function parsedAnswer(api: string, text: string): z.infer<typeof answerSchema> {
  try {
    return answerSchema.parse(JSON.parse(text))
  } catch (cause) {
    const answer = text.slice(0, 80)
    throw new StopError(`${api} does not answer as GraphQL does`, { answer }, 'Check the address.', cause)
  }
}
