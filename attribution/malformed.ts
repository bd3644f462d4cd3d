/**
 * Input that can never be accepted as it is: asking again changes nothing. Same shape as the SDK's `StopError`, which this
 * folder cannot import: what happened (no full stop), the facts, and the remedy as a sentence.
 */
export class MalformedError extends Error {
  override readonly name = 'MalformedError'
  readonly facts: Readonly<Record<string, string | number | bigint | boolean>>
  readonly remedy: string

  constructor(what: string, facts: MalformedError['facts'], remedy: string) {
    super(what)
    this.facts = facts
    this.remedy = remedy
  }
}
