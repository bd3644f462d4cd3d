import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { type Kysely, type RawBuilder, sql } from 'kysely'
import { keccakOfStream } from '../../../attribution/keccak.ts'
import type { Column, Table } from '../../store/catalogue.ts'
import type { Database } from '../../store/schema.ts'
import { type ExportFormat, linesOf } from './format.ts'

/** A file of an export, with its hashes. */
export interface TableFile {
  readonly table: string
  readonly file: string
  readonly rows: number
  readonly sha256: string
  readonly keccak256: string
}

/** The most rows in memory at once. */
const ROWS_A_FETCH = 2_000

/** The folder and format of an export. */
export interface Target {
  readonly folder: string
  readonly format: ExportFormat
  readonly signal: AbortSignal
}

/**
 * Writes the rows of a table that match `where`, ordered by its key, so that equal rows give equal
 * files.
 */
export async function writeTable(
  tx: Kysely<Database>,
  { folder, format, signal }: Target,
  { sqlName, columns }: Table,
  key: readonly string[],
  where: RawBuilder<unknown>,
): Promise<TableFile> {
  const file = `${sqlName}.${format}`
  const { header, line } = linesOf(format, columns)
  const sha256 = createHash('sha256')
  const keccak256 = await keccakOfStream()
  const out = await open(join(folder, file), 'wx')
  const write = async (text: string) => {
    const bytes = Buffer.from(text)
    sha256.update(bytes)
    keccak256.update(bytes)
    await out.writeFile(bytes)
  }
  let rows = 0
  try {
    await write(header)
    for await (const chunk of chunksOf(tx, line, sqlName, columns, key, where)) {
      signal.throwIfAborted()
      rows += chunk.length
      await write(chunk.map((row) => `${row.line}\n`).join(''))
    }
    await out.sync()
  } finally {
    await out.close()
  }
  return { table: sqlName, file, rows, sha256: sha256.digest('hex'), keccak256: keccak256.digest() }
}

/** Reads through a cursor, within the transaction's snapshot. */
async function* chunksOf(
  tx: Kysely<Database>,
  line: RawBuilder<string>,
  table: string,
  columns: readonly Column[],
  key: readonly string[],
  where: RawBuilder<unknown>,
): AsyncGenerator<readonly { readonly line: string }[]> {
  const ordered = columns
    .filter(({ name }) => key.includes(name))
    .toSorted((a, b) => key.indexOf(a.name) - key.indexOf(b.name))
  const order =
    ordered.length === 0
      ? sql``
      : sql`order by ${sql.join(ordered.map(({ sqlName, type }) => (type === 'text' ? sql`${sql.ref(sqlName)} collate "C"` : sql.ref(sqlName))))}`
  await sql`declare exported no scroll cursor for select ${line} as line from ${sql.table(table)} where ${where} ${order}`.execute(
    tx,
  )
  for (;;) {
    const { rows } = await sql<{ line: string }>`fetch ${sql.lit(ROWS_A_FETCH)} from exported`.execute(tx)
    if (rows.length > 0) yield rows
    if (rows.length < ROWS_A_FETCH) break
  }
  await sql`close exported`.execute(tx)
}
