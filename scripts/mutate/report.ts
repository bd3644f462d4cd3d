import { markdownTable } from '../documentTables.ts'
import type { Entry } from './book.ts'
import type { Verdict } from './judge.ts'

export interface Tally {
  readonly file: string
  readonly killed: number
  readonly survived: number
  readonly equal: number
  readonly stillborn: number
}

export function tallied(entries: readonly Entry[]): readonly Tally[] {
  const files = [...new Set(entries.map(({ mutant }) => mutant.file))].toSorted()
  return files.map((file) => {
    const kinds = entries.filter(({ mutant }) => mutant.file === file).map(({ verdict }) => verdict.kind)
    const count = (...wanted: Verdict['kind'][]): number => kinds.filter((kind) => wanted.includes(kind)).length
    return {
      file,
      killed: count('killed', 'timedOut'),
      survived: count('survived'),
      equal: count('equal'),
      stillborn: count('stillborn'),
    }
  })
}

export function summed(tallies: readonly Tally[]): Tally {
  const sum = (pick: (tally: Tally) => number): number => tallies.reduce((total, tally) => total + pick(tally), 0)
  return {
    file: 'all',
    killed: sum(({ killed }) => killed),
    survived: sum(({ survived }) => survived),
    equal: sum(({ equal }) => equal),
    stillborn: sum(({ stillborn }) => stillborn),
  }
}

/** Of the mutants that compile to something else. */
export function killedPercent({ killed, survived }: Tally): number {
  return killed + survived === 0 ? 100 : (100 * killed) / (killed + survived)
}

export function tableOf(tallies: readonly Tally[]): string {
  const rows = [...tallies, summed(tallies)].map((tally) => [
    tally.file,
    `${tally.killed + tally.survived}`,
    `${tally.killed}`,
    `${tally.survived}`,
    `${killedPercent(tally).toFixed(1)} %`,
    `${tally.equal}`,
    `${tally.stillborn}`,
  ])
  const head = ['file', 'mutants', 'killed', 'survived', 'killed', 'equal code', 'not compiled']
  return markdownTable(head, rows, 'right')
}

export type Explanations = Readonly<Record<string, string>>

/** A survivor's name in the file of explanations. */
export const nameOf = ({ mutant, label }: Entry): string => `${mutant.file}: ${label}`

export function pageOf(entries: readonly Entry[], explanations: Explanations, drawn: string): string {
  const survivors = entries.filter(({ verdict }) => verdict.kind === 'survived')
  const rows = survivors.map((entry) => {
    const code = `\`${entry.label.replaceAll('|', '\\|').replaceAll('`', "'")}\``
    return `| ${entry.mutant.file}:${entry.mutant.line} | ${code} | ${explanations[nameOf(entry)] ?? 'not yet explained'} |`
  })
  return `# Mutation testing

Written by \`npm run mutate -- --write\`; do not edit. One fault at a time is put into the contracts that hold and move money, and the
Solidity tests run until one fails. A mutant that no test notices survives. ${drawn}

${tableOf(tallied(entries))}

"equal code": the optimiser makes the same bytecode of it, so that no test could tell; "not compiled": the compiler refuses it. Neither
counts. The faults are those of \`scripts/mutate/mutants.ts\`; random tests run shorter than in \`npm test\`.

## Survivors

${rows.length === 0 ? 'None.' : `What stands between ⟦ ⟧ was changed. The explanations are kept in \`scripts/mutate/survivors.json\`.\n\n| where | change | why no test notices |\n| --- | --- | --- |\n${rows.join('\n')}`}
`
}
