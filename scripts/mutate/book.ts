// What is known of each mutant, kept in var/ so that a run can be taken up where it was left.
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import type { Verdict } from './judge.ts'
import type { Mutant } from './mutants.ts'

const path = 'var/mutation.json'

export interface Entry {
  readonly mutant: Mutant
  /** The line, with the change in it. */
  readonly label: string
  readonly verdict: Verdict
}

export interface Book {
  /** What was found out of this mutant of this text. */
  readonly known: (mutant: Mutant) => Entry | undefined
  /** The same, but for survivors, which are asked again, since tests may have been added. */
  readonly settled: (mutant: Mutant) => Entry | undefined
  readonly enter: (mutant: Mutant, verdict: Verdict) => Entry
}

export function openBook(): Book {
  const entries = new Map<string, Entry>(Object.entries(read()))
  const sources = new Map<string, string>()
  const sourceOf = ({ file }: Mutant): string => {
    const source = sources.get(file) ?? readFileSync(file, 'utf8')
    sources.set(file, source)
    return source
  }
  const keyOf = (mutant: Mutant): string =>
    createHash('sha256')
      .update(`${sourceOf(mutant)}\n${JSON.stringify(mutant)}`)
      .digest('hex')
      .slice(0, 24)
  const known = (mutant: Mutant): Entry | undefined => entries.get(keyOf(mutant))
  return {
    known,
    settled: (mutant) => {
      const entry = known(mutant)
      return entry?.verdict.kind === 'survived' ? undefined : entry
    },
    enter: (mutant, verdict) => {
      const entry = { mutant, label: labelOf(mutant, sourceOf(mutant)), verdict }
      entries.set(keyOf(mutant), entry)
      mkdirSync('var', { recursive: true })
      writeFileSync(`${path}.new`, JSON.stringify(Object.fromEntries(entries)))
      renameSync(`${path}.new`, path)
      return entry
    },
  }
}

function read(): Record<string, Entry> {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {}
    throw error
  }
}

/** Names a mutant without numbers, so that its name outlives changes elsewhere in the file. */
function labelOf({ start, end, was, becomes }: Mutant, source: string): string {
  const before = source.slice(source.lastIndexOf('\n', start - 1) + 1, start)
  const after = source.slice(end, source.indexOf('\n', end))
  const change = becomes.trim() === '' ? `⟦${was} → ⟧` : `⟦${was} → ${becomes.trim()}⟧`
  return `${before}${change}${after}`.replaceAll(/\s+/g, ' ').trim()
}
