/** What a CSV file holds of a column; columns without it stay out. */
export interface CsvColumn<Row> {
  readonly title: string
  readonly csv?: (row: Row) => string
}

/** RFC 4180. A field that a spreadsheet would take for a formula gets an apostrophe before it. */
export function csvOf<Row>(columns: readonly CsvColumn<Row>[], rows: readonly Row[]): string {
  const told = columns.filter(({ csv }) => csv !== undefined)
  const lines = rows.map((row) => told.map(({ csv }) => field(csv?.(row) ?? '')))
  return [told.map(({ title }) => field(title)), ...lines].map((line) => `${line.join(',')}\r\n`).join('')
}

function field(text: string): string {
  const harmless = /^[=+@\t\r]|^-(?![\d.])/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}

export function download(name: string, text: string, type = 'text/csv'): void {
  const address = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
}
