import { type Kysely, sql } from 'kysely'
import { type Catalogue, type Table, tableOf } from '../../store/catalogue.ts'
import type { Database } from '../../store/schema.ts'
import type { Keys } from '../keys.ts'
import { blockColumn, type ChainRows, type ComparedTable, type Row } from './chainRows.ts'

/** A stored row that differs from the chain. */
export type Difference = {
  readonly name: ComparedTable
  /** Its name in the database. */
  readonly table: string
  readonly block: bigint
  /** The row's primary key. */
  readonly key: Readonly<Record<string, string>>
} & (
  | { readonly kind: 'missing' | 'invented' }
  | { readonly kind: 'altered'; readonly columns: readonly AlteredColumn[] }
)

interface AlteredColumn {
  readonly column: string
  readonly stored: string
  readonly onChain: string
}

/** Compares the stored rows from block `first` to `last` with the rows of the chain. */
export async function differencesIn(
  tx: Kysely<Database>,
  catalogue: Catalogue,
  keys: Keys,
  rowsOfChain: ChainRows,
  first: bigint,
  last: bigint,
): Promise<readonly Difference[]> {
  const differences: Difference[] = []
  for (const [name, expected] of rowsOfChain) {
    const table = tableOf(catalogue, name)
    const { rows } = await sql<Row>`
      select * from ${sql.table(name)} where ${sql.ref(blockColumn(name))} between ${first} and ${last}`.execute(tx)
    differences.push(...differencesOf(name, table, keys.get(name) ?? [], expected, rows))
  }
  return differences
}

/** The differences of one table, matched by its key. */
export function differencesOf(
  name: ComparedTable,
  table: Table,
  key: readonly string[],
  expected: readonly Row[],
  found: readonly Row[],
): readonly Difference[] {
  const nameOf = (row: Row) => key.map((column) => cell(row, column)).join(' ')
  const identify = (row: Row) => {
    const named = table.columns.filter(({ name }) => key.includes(name))
    const entries = named.map(({ name, sqlName }) => [sqlName, cell(row, name)])
    return { name, table: table.sqlName, block: row[blockColumn(name)] as bigint, key: Object.fromEntries(entries) }
  }
  const unmatched = new Map(found.map((row) => [nameOf(row), row]))
  const differences: Difference[] = []
  for (const row of expected) {
    const stored = unmatched.get(nameOf(row))
    unmatched.delete(nameOf(row))
    if (stored === undefined) {
      differences.push({ ...identify(row), kind: 'missing' })
      continue
    }
    const columns = table.columns
      .filter(({ name }) => cell(stored, name) !== cell(row, name))
      .map(({ name, sqlName }) => ({ column: sqlName, stored: cell(stored, name), onChain: cell(row, name) }))
    if (columns.length > 0) differences.push({ ...identify(row), kind: 'altered', columns })
  }
  for (const row of unmatched.values()) differences.push({ ...identify(row), kind: 'invented' })
  return differences
}

/**
 * Both sides give integers and lower-case hexadecimal digits, so that equal cells have equal texts.
 */
function cell(row: Row, column: string): string {
  const value = row[column]
  return value === null || value === undefined ? 'null' : typeof value === 'string' ? value : `${value}`
}

/** In one sentence. */
export function sentenceOf(difference: Difference): string {
  const { table, block, key } = difference
  const besides = Object.entries(key).filter(([column]) => column !== 'block' && column !== 'number')
  const which = besides.length > 0 ? ` (${besides.map(([column, value]) => `${column} ${value}`).join(', ')})` : ''
  const row = `Block ${block}: ${table}${which}`
  switch (difference.kind) {
    case 'missing':
      return `${row} is missing`
    case 'invented':
      return `${row} is not on the chain`
    case 'altered': {
      const columns = difference.columns.map(
        ({ column, stored, onChain }) => `${column} ${stored}, on the chain ${onChain}`,
      )
      return `${row} is altered: ${columns.join('; ')}`
    }
  }
}
