import type { SchemaElement } from 'hyparquet'
import { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import type { Row } from '../query/entity.ts'
import type { FileColumn } from './columns.ts'

/** Apache Parquet, a row group at a time. */
export interface ParquetFile {
  /** The bytes that follow. */
  add(rows: readonly Row[]): Uint8Array
  end(): Uint8Array
}

const TYPES = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  integer: { type: 'INT64' },
  flag: { type: 'BOOLEAN' },
  time: { type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' },
} as const satisfies Readonly<Record<FileColumn['type'], Partial<SchemaElement>>>

/** @param facts What the file says of itself, such as the block that it is as of. */
export function parquetFile(columns: readonly FileColumn[], facts: Readonly<Record<string, string>>): ParquetFile {
  const writer = new ByteWriter()
  const schema: SchemaElement[] = [
    { name: 'root', num_children: columns.length },
    ...columns.map(
      ({ name, type, nullable }): SchemaElement => ({
        name,
        ...TYPES[type],
        repetition_type: nullable ? 'OPTIONAL' : 'REQUIRED',
      }),
    ),
  ]
  const kvMetadata = Object.entries(facts).map(([key, value]) => ({ key, value }))
  const file = new ParquetWriter({ writer, schema, kvMetadata, createdBy: 'attribution ledger' })
  const take = (): Uint8Array => {
    const bytes = writer.getBytes().slice()
    writer.index = 0
    return bytes
  }
  return {
    add: (rows) => {
      const columnData = columns.map(({ name, value }) => ({ name, data: rows.map(value) }))
      file.write({ columnData, rowGroupSize: rows.length })
      return take()
    },
    end: () => {
      file.finish()
      return take()
    },
  }
}
