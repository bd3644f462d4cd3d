import { createHash } from 'node:crypto'

/**
 * Statements that are asked again and again are prepared under a name on each connection, so that the
 * database parses and plans them once. Others are not: a connection keeps what it has prepared.
 */
export interface PreparedStatements {
  /** The name to prepare a statement under; none if it is not worth it yet. */
  nameOf(sql: string): string | undefined
}

/** Asked so often before it is prepared. */
const ASKED_BEFORE = 2
/** The most that a connection keeps: each takes some 100 KB of the server. */
const MOST_PREPARED = 150
/** Texts that are counted; then counting begins anew. */
const MOST_COUNTED = 5_000

export function preparedStatements(): PreparedStatements {
  const names = new Map<string, string>()
  const asked = new Map<string, number>()
  return {
    nameOf: (sql) => {
      const known = names.get(sql)
      if (known !== undefined || names.size >= MOST_PREPARED) return known
      const times = (asked.get(sql) ?? 0) + 1
      if (times <= ASKED_BEFORE) {
        if (asked.size >= MOST_COUNTED) asked.clear()
        asked.set(sql, times)
        return undefined
      }
      asked.delete(sql)
      const name = createHash('sha256').update(sql).digest('base64url').slice(0, 24)
      names.set(sql, name)
      return name
    },
  }
}
