import { buildClientSchema, type GraphQLSchema, getIntrospectionQuery, type IntrospectionQuery } from 'graphql'
import { ask } from '../support/ask.ts'
import { randomOf } from '../support/random.ts'
import { generateQuery } from './generateQuery.ts'

export interface Fuzzing {
  /** How many requests ended with which code; `ok` for none. */
  readonly codes: Readonly<Record<string, number>>
  /** Requests that ended in a fault of ours, with what was answered. */
  readonly faults: readonly string[]
}

/** How many requests are under way at once. */
const AT_ONCE = 8
/** A fault of ours, or a code that says nothing. */
const FAULTS = /^(INTERNAL_SERVER_ERROR|UNAVAILABLE|none)$/

/** Asks generated requests of the schema that an API says it has. */
export async function askAtRandom(url: string, seed: number, count: number): Promise<Fuzzing> {
  const schema = buildClientSchema(await ask<IntrospectionQuery>(url, getIntrospectionQuery()))
  const codes: Record<string, number> = {}
  const faults: string[] = []
  let next = 0
  const work = async () => {
    while (next < count) {
      const number = next
      next += 1
      const found = await askOne(url, schema, seed + number)
      for (const code of found.codes) {
        codes[code] = (codes[code] ?? 0) + 1
        if (FAULTS.test(code)) faults.push(found.shown)
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return { codes, faults }
}

async function askOne(url: string, schema: GraphQLSchema, seed: number) {
  const { below } = randomOf(seed)
  const random = () => below(2 ** 30) / 2 ** 30
  // A third asks only what is valid, so that much of it reaches the database.
  const malice = [0, 0.05, 0.3][seed % 3] ?? 0
  const request = generateQuery(schema, random, malice)
  const body = JSON.stringify(request)
  const response =
    random() < 0.2 && body.length < 4_000
      ? await fetch(
          `${url}/graphql?${new URLSearchParams({ query: request.query, variables: JSON.stringify(request.variables) })}`,
        )
      : await fetch(`${url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  const text = await response.text()
  const { errors = [] } = JSON.parse(text) as { errors?: { extensions?: { code?: string } }[] }
  const found = new Set(errors.map(({ extensions }) => extensions?.code ?? 'none'))
  return {
    codes: found.size === 0 ? ['ok'] : [...found],
    shown: `seed ${seed}: ${body.slice(0, 2_000)}\n  ${text.slice(0, 500)}`,
  }
}
