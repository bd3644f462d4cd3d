import { type Facts, RetryError, StopError } from '../sdk/errors.ts'

/** Two things a node said, or one thing it said and one it must have left out. */
export interface Contradiction {
  readonly what: string
  readonly facts: Facts
}

/** A node said what cannot be. The chain may have moved between two questions; if not, it hides, invents or mixes up. */
export class FalseAnswer extends RetryError {
  readonly node: string
  readonly what: string

  constructor(node: string, { what, facts }: Contradiction) {
    super(
      `${what}, says the node at ${node}`,
      facts,
      'Nothing of it was stored. It is asked for again, of another node where there is one.',
    )
    this.node = node
    this.what = what
  }
}

/** A node keeps saying what cannot be. */
export class NodeContradictsItself extends StopError {
  readonly node: string
  readonly what: string

  constructor(node: string, { what, facts }: Contradiction) {
    super(
      `${what}, says the node at ${node} again and again`,
      facts,
      'Nothing of it was stored. Use another node, and tell the operator of this one; if its chain hashes headers or receipts in a way of its own, only --verify=off takes its word.',
    )
    this.node = node
    this.what = what
  }
}

/** The answers did not fit together: the chain moved between two questions, or the node lies. */
export interface Unsettled {
  readonly kind: 'unsettled'
  readonly contradiction: Contradiction
}

export function unsettled(contradiction: Contradiction): Unsettled {
  return { kind: 'unsettled', contradiction }
}
