import { z } from 'zod'

const answerSchema = z.object({
  data: z.unknown().optional(),
  errors: z.array(z.object({ message: z.string() })).optional(),
})

/** What GraphQL at `url` answers, in the form that is expected. */
export async function askGraphql<T>(
  url: string,
  query: string,
  schema: z.ZodType<T>,
  variables: object = {},
): Promise<T> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  })
  const { data, errors } = answerSchema.parse(await response.json())
  if (errors !== undefined) throw new Error(`${query} is refused: ${errors[0]?.message}`)
  return schema.parse(data)
}
