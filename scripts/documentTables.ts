import { readFileSync } from 'node:fs'
import { StopError } from '../sdk/errors.ts'
import { writeWhole } from '../sdk/node/writeWhole.ts'

/** The tables in documents that a command writes: what stands between two marks, of which the first names the command. */

const BEGIN = /<!-- tables: written by (.+) -->\n/g
const END = '<!-- end of tables -->'

/** Where several commands write into one page, `command` begins as the mark of the one that writes says. */
export function writeTables(page: string, tables: string, command = ''): void {
  const text = readFileSync(page, 'utf8')
  const begin = [...text.matchAll(BEGIN)].find(([, by]) => by?.startsWith(command))
  const to = text.indexOf(END, begin?.index)
  if (begin === undefined || to === -1)
    throw new StopError(
      `${page} has no place for the tables`,
      { begin: `<!-- tables: written by ${command || 'npm run …'} -->`, end: END },
      'Put the two marks back.',
    )
  writeWhole(page, `${text.slice(0, begin.index)}${begin[0]}${tables}\n${text.slice(to)}`)
}

/** A table in Markdown. Columns stand to the left, or all but the first to the right. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  align: 'left' | 'right' = 'left',
): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  const rule = head.map((_, column) => (align === 'left' || column === 0 ? '---' : '---:'))
  return [head, rule, ...rows].map(line).join('\n')
}
