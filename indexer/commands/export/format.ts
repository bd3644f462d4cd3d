import type { Column } from '../../store/catalogue.ts'

export const exportFormats = ['csv', 'jsonl'] as const
export type ExportFormat = (typeof exportFormats)[number]

/** A row's cells as PostgreSQL writes them as text. */
export type Cells = readonly (string | null)[]

/** How rows become lines. */
export interface Lines {
  readonly header: string
  lineOf(cells: Cells): string
}

export function linesOf(format: ExportFormat, columns: readonly Column[]): Lines {
  switch (format) {
    case 'csv':
      return {
        header: `${columns.map(({ sqlName }) => sqlName).join(',')}\n`,
        lineOf: (cells) => `${cells.map((cell, i) => csv(cell, columns[i]?.type)).join(',')}\n`,
      }
    case 'jsonl': {
      const names = columns.map(({ sqlName }) => JSON.stringify(sqlName))
      const lineOf = (cells: Cells) =>
        `{${cells.map((cell, i) => `${names[i]}:${json(cell, columns[i]?.type)}`).join(',')}}\n`
      return { header: '', lineOf }
    }
  }
}

/** As COPY … (format csv, header) reads it back: what is not there stays empty, and text is quoted always. */
function csv(cell: string | null, type: string | undefined): string {
  if (cell === null) return ''
  return type === 'text' ? `"${cell.replaceAll('"', '""')}"` : cell
}

/** As the API gives it: numbers of any size as strings, bytes as 0x…. */
function json(cell: string | null, type: string | undefined): string {
  if (cell === null) return 'null'
  if (type === 'bool') return cell
  return JSON.stringify(type === 'bytea' ? `0x${cell.slice(2)}` : cell)
}
