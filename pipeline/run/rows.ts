/**
 * `rows.jsonl`: which committed item each training row is, and of a near-copy that was dropped before the last training, which kept
 * row it copies; one JSON object a line, row 0 first.
 */
import { z } from 'zod'
import { RUN_FILES, type RunManifest } from './manifest.ts'
import { type RunRow, rowSchema } from './manifestParts.ts'
import { RERUN, RunError } from './runError.ts'

const FILE = RUN_FILES.rows

export function formatRows(rows: readonly RunRow[]): string {
  return rows.map((line) => `${JSON.stringify(rowSchema.parse(line))}\n`).join('')
}

export function readRows(content: Uint8Array, { dataset }: Pick<RunManifest, 'dataset'>): readonly RunRow[] {
  const lines = new TextDecoder().decode(content).split('\n')
  if (lines.pop() !== '') throw new RunError(FILE, 'its last line is cut short', { lines: lines.length }, RERUN)
  if (lines.length !== dataset.rows)
    throw new RunError(
      FILE,
      'it does not have as many rows as the manifest says',
      { rows: lines.length, expected: dataset.rows, field: 'dataset.rows' },
      RERUN,
    )
  const itemCounts = new Map(dataset.contributions.map(({ id, items }) => [id, items]))
  const rowOfItem = new Map<string, number>()
  const rows = lines.map((line, index) => {
    const row = parseRow(line, index)
    const items = itemCounts.get(row.contribution)
    if (row.row !== index) throw badRow(index, 'is out of order', { field: 'row', found: row.row, expected: index })
    if (items === undefined)
      throw badRow(index, 'belongs to a contribution that the manifest does not name', {
        field: 'contribution',
        contribution: row.contribution,
      })
    if (row.item >= items)
      throw badRow(index, 'names an item that its contribution does not have', { field: 'item', item: row.item, items })
    const item = `${row.contribution}/${row.item}`
    const earlier = rowOfItem.get(item)
    if (earlier !== undefined)
      throw badRow(index, 'repeats an earlier row', { earlier, contribution: row.contribution, item: row.item })
    rowOfItem.set(item, index)
    return row
  })
  checkCopies(rows, dataset)
  return rows
}

/** Dropped rows, each with the kept row that it copies; undefined where nobody looked before the last training. */
export function droppedCopies({
  manifest,
  rows,
}: {
  readonly manifest: Pick<RunManifest, 'dataset'>
  readonly rows: readonly RunRow[]
}): ReadonlyMap<number, number> | undefined {
  if (manifest.dataset.kept === undefined) return undefined
  return new Map(rows.flatMap(({ row, copies }) => (copies === undefined ? [] : [[row, copies] as const])))
}

function checkCopies(rows: readonly RunRow[], { kept }: RunManifest['dataset']): void {
  const dropped = rows.filter(({ copies }) => copies !== undefined)
  if (rows.length - dropped.length !== (kept ?? rows.length))
    throw new RunError(
      FILE,
      'it does not keep as many rows as the manifest says',
      { kept: rows.length - dropped.length, expected: kept ?? rows.length, field: 'dataset.kept' },
      RERUN,
    )
  for (const { row, copies } of dropped) {
    const original = rows[copies as number]
    if (original === undefined || original.copies !== undefined)
      throw badRow(row, 'copies a row that is not kept', { field: 'copies', copies: copies as number })
  }
}

function parseRow(line: string, index: number): RunRow {
  let json: unknown
  try {
    json = JSON.parse(line)
  } catch {
    throw badRow(index, 'is no JSON', {})
  }
  const parsed = rowSchema.safeParse(json)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw badRow(index, 'is not a row', {
      field: issue?.path.join('.') ?? '',
      problem: issue?.message ?? z.prettifyError(parsed.error),
    })
  }
  return parsed.data
}

function badRow(index: number, what: string, facts: RunError['facts']): RunError {
  return new RunError(FILE, `line ${index + 1} ${what}`, facts, RERUN)
}
