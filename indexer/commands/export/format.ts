import { type RawBuilder, sql } from 'kysely'
import type { Column } from '../../store/catalogue.ts'

export const exportFormats = ['csv', 'jsonl'] as const
export type ExportFormat = (typeof exportFormats)[number]

/** How rows become lines. The database formats them, so that rows create no objects here. */
export interface Lines {
  /** The first line, with its line break. */
  readonly header: string
  readonly line: RawBuilder<string>
}

export function linesOf(format: ExportFormat, columns: readonly Column[]): Lines {
  switch (format) {
    case 'csv':
      return {
        header: `${columns.map(({ sqlName }) => sqlName).join(',')}\n`,
        line: sql<string>`${sql.join(columns.map(csv), sql` || ',' || `)}`,
      }
    case 'jsonl': {
      const members = columns.map((column) => sql`${sql.lit(`${JSON.stringify(column.sqlName)}:`)} || ${json(column)}`)
      return { header: '', line: sql<string>`'{' || ${sql.join(members, sql` || ',' || `)} || '}'` }
    }
  }
}

/** As COPY … (format csv, header) reads it: null is empty, and text is always quoted. */
function csv({ sqlName, type }: Column): RawBuilder<unknown> {
  const cell = sql`${sql.ref(sqlName)}::text`
  return type === 'text' ? sql`coalesce('"' || replace(${cell}, '"', '""') || '"', '')` : sql`coalesce(${cell}, '')`
}

/** As the API gives it: integers as strings, bytes as 0x…. */
function json({ sqlName, type }: Column): RawBuilder<unknown> {
  const cell = sql.ref(sqlName)
  const value = type === 'bool' ? cell : type === 'bytea' ? sql`'0x' || encode(${cell}, 'hex')` : sql`${cell}::text`
  return sql`coalesce(to_json(${value})::text, 'null')`
}
