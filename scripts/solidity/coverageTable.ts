import type { Measured } from './measure.ts'

export interface Share {
  readonly hit: number
  readonly of: number
}

export interface Row {
  readonly file: string
  readonly lines: Share
  readonly branches: Share
}

/** One row a file, and one for all. A line is hit where each of its statements is. */
export function rowsOf(measured: readonly Measured[]): readonly Row[] {
  const files = [...new Set(measured.map(({ probe }) => probe.file))].toSorted()
  const rows = files.map((file) => {
    const own = measured.filter(({ probe }) => probe.file === file)
    const lines = new Map<number, boolean>()
    for (const { probe, isHit } of own) {
      if (probe.kind === 'line') lines.set(probe.line, isHit && (lines.get(probe.line) ?? true))
    }
    const branches = own.filter(({ probe }) => probe.kind === 'branch').map(({ isHit }) => isHit)
    return { file, lines: shareOf([...lines.values()]), branches: shareOf(branches) }
  })
  return [
    ...rows,
    { file: 'all', lines: sum(rows.map((row) => row.lines)), branches: sum(rows.map((row) => row.branches)) },
  ]
}

export const percentOf = ({ hit, of }: Share): number => (of === 0 ? 100 : (100 * hit) / of)

export function printed(rows: readonly Row[]): string {
  const width = Math.max(...rows.map(({ file }) => file.length))
  const cell = (share: Share): string =>
    `${`${percentOf(share).toFixed(1)} %`.padStart(8)}  ${`${share.hit}/${share.of}`.padStart(9)}`
  return rows.map(({ file, lines, branches }) => `${file.padEnd(width)}  ${cell(lines)}  ${cell(branches)}`).join('\n')
}

const shareOf = (hits: readonly boolean[]): Share => ({ hit: hits.filter(Boolean).length, of: hits.length })

const sum = (shares: readonly Share[]): Share => ({
  hit: shares.reduce((total, { hit }) => total + hit, 0),
  of: shares.reduce((total, share) => total + share.of, 0),
})
