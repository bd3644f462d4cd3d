import type { Row } from '../query/entity.ts'
import type { FileColumn } from './columns.ts'

/** RFC 4180. What a spreadsheet would take for a formula gets an apostrophe before it. */
export function csvLine(columns: readonly FileColumn[], row: Row): string {
  return line(columns.map(({ value }) => textOf(value(row))))
}

export function csvHeader(columns: readonly FileColumn[]): string {
  return line(columns.map(({ name }) => name))
}

function textOf(value: ReturnType<FileColumn['value']>): string {
  if (value === null) return ''
  return value instanceof Date ? value.toISOString() : String(value)
}

function line(fields: readonly string[]): string {
  return `${fields.map(field).join(',')}\r\n`
}

function field(text: string): string {
  const harmless = /^[=+@\t\r]|^-(?![\d.])/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}
