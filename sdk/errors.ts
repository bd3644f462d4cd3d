import { schemaFault } from './schemaFault.ts'

/**
 * Every failure that a person or a program is meant to act on belongs to one of two families, divided by what to do about
 * it. Particular classes sit below the code that throws them and extend one of these.
 */

/** The numbers and names that make a failure checkable: which file, which block, how many bytes. */
export type Facts = Readonly<Record<string, string | number | bigint | boolean>>

abstract class ExplainedError extends Error {
  readonly facts: Facts
  /** What to do about it, as a sentence. */
  readonly remedy: string

  constructor(what: string, facts: Facts, remedy: string, cause?: unknown) {
    super(what, cause === undefined ? undefined : { cause })
    this.name = new.target.name
    this.facts = facts
    this.remedy = remedy
  }
}

/** The same request may succeed later: a node that does not answer, a lock, a timeout. */
export class RetryError extends ExplainedError {}

/** Asking again changes nothing: a malformed file, a wrong chain, a proof that does not hold. */
export class StopError extends ExplainedError {}

/** What both families have, and what errors of rooms that cannot import them are shaped like. */
export interface Explained extends Error {
  readonly facts: Facts
  readonly remedy: string
}

/** Whether an error was written for its reader, of whatever class. */
export function isExplained(error: unknown): error is Explained {
  return error instanceof Error && 'facts' in error && 'remedy' in error && typeof error.remedy === 'string'
}

/** One paragraph for a person: what happened, the facts that the sentence leaves out, and the remedy. */
export function explain(error: Explained): string {
  const { fault, facts } = faultIn(error.facts)
  const untold = Object.entries(facts).filter(([, value]) => !tells(error.message, `${value}`))
  const evidence =
    untold.length > 0 ? ` (${untold.map(([name, value]) => `${inWords(name)} ${value}`).join(', ')})` : ''
  return `${error.message}${fault}${evidence}. ${error.remedy}`.trimEnd()
}

/** What a schema found is part of the sentence; other facts are listed behind it. */
function faultIn(all: Facts): { readonly fault: string; readonly facts: Facts } {
  const { problem, at, field = at, ...others } = all
  if (problem === undefined) return { fault: '', facts: all }
  return { fault: `: ${schemaFault(`${field ?? ''}`, `${problem}`)}`, facts: others }
}

/** firstMissing → first missing */
function inWords(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).replaceAll('_', ' ')
}

/** Whether `fact` stands in the sentence by itself, not inside a longer number or name. */
function tells(sentence: string, fact: string): boolean {
  const at = sentence.indexOf(fact)
  if (at < 0 || fact === '') return fact === ''
  const isPart = (character: string | undefined) => character !== undefined && /[\w.]/.test(character)
  const isAlone = !isPart(sentence[at - 1]) && !isPart(sentence[at + fact.length])
  return isAlone || tells(sentence.slice(at + 1), fact)
}
