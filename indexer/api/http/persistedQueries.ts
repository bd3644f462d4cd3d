import { createHash } from 'node:crypto'
import { limits } from '../limits.ts'
import { BadRequest } from '../query/badRequest.ts'
import type { GraphQLParams } from './requestParams.ts'
import { weighted } from './weighted.ts'

/**
 * Automatic persisted queries, as Apollo's clients ask them: first by hash alone, and where that is
 * unknown once more with the text.
 */
export interface PersistedQueries {
  /** The text of the query. */
  textOf(params: GraphQLParams): string
}

const MOST_BYTES = 2_000_000

export function persistedQueries(): PersistedQueries {
  const known = weighted<string>({
    most: MOST_BYTES,
    count: limits.persistedQueries.most,
    weigh: (_, text) => text.length * 2,
  })
  return {
    textOf: ({ query, extensions }) => {
      const persisted = extensions?.persistedQuery
      if (persisted === undefined || persisted === null) {
        if (query === undefined) throw new BadRequest('The request has no query; give one', 'MALFORMED_REQUEST')
        return query
      }
      const hash = hashOf(persisted)
      if (query === undefined) {
        const text = known.get(hash)
        // Clients recognise these words.
        if (text === undefined) throw new BadRequest('PersistedQueryNotFound', 'PERSISTED_QUERY_NOT_FOUND')
        return text
      }
      if (createHash('sha256').update(query).digest('hex') !== hash) {
        throw bad('is not the SHA-256 of the query; leave it out, or give the hash of this very text', '.sha256Hash')
      }
      known.set(hash, query)
      return query
    },
  }
}

function hashOf(persisted: unknown): string {
  const { version, sha256Hash } = Object(persisted) as Readonly<Record<string, unknown>>
  if (version !== 1) throw bad('is not 1, the only version that there is', '.version')
  if (typeof sha256Hash === 'string' && /^[0-9a-f]{64}$/i.test(sha256Hash)) return sha256Hash.toLowerCase()
  throw bad('is not 64 hexadecimal digits', '.sha256Hash')
}

function bad(what: string, field: string): BadRequest {
  const argument = `extensions.persistedQuery${field}`
  return new BadRequest(`${argument} ${what}`, 'MALFORMED_REQUEST', { argument })
}
