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

/** One paragraph for a person: what happened, the facts, and the remedy. */
export function explain(error: RetryError | StopError): string {
  const facts = Object.entries(error.facts).map(([name, value]) => `${name} ${value}`)
  const evidence = facts.length > 0 ? ` (${facts.join(', ')})` : ''
  return `${error.message}${evidence}. ${error.remedy}`
}

export function isExplained(error: unknown): error is RetryError | StopError {
  return error instanceof RetryError || error instanceof StopError
}
