/** What GraphQL answered, errors and all. */
export interface Answer<T> {
  readonly data: T
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[]
}

export async function answerTo<T>(url: string, query: string, variables: object = {}): Promise<Answer<T>> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  })
  return (await response.json()) as Answer<T>
}

/** The data, where no errors are expected. */
export async function ask<T>(url: string, query: string, variables: object = {}): Promise<T> {
  const { data, errors } = await answerTo<T>(url, query, variables)
  if (errors !== undefined) throw new Error(JSON.stringify(errors))
  return data
}
