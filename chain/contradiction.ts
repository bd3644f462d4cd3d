import { type Facts, RetryError, StopError } from '../sdk/errors.ts'

/** Two answers of a node that cannot both be true, or one answer and one omission. */
export interface Contradiction {
  readonly what: string
  readonly facts: Facts
  /**
   * Two answers do not fit each other, as those of two servers of one provider, or of a moving
   * chain, may not. It proves a fault only if it lasts. What one answer's own hashes refute does so
   * at once.
   */
  readonly mayPass?: boolean
}

/**
 * A node's answers contradict each other. The chain may have moved between two requests; if not,
 * the node is wrong.
 */
export class FalseAnswer extends RetryError {
  readonly node: string
  readonly what: string

  constructor(node: string, { what, facts }: Contradiction) {
    super(
      `${what}, according to the node at ${node}`,
      facts,
      'Nothing of it was stored. It is requested again, from another node where there is one.',
    )
    this.node = node
    this.what = what
  }
}

/**
 * Answers that end the history, but only if they last: one server of a provider may be on another
 * branch or another chain for a moment.
 */
export class MayPass extends RetryError {
  readonly end: StopError

  constructor(end: StopError) {
    super(end.message, end.facts, 'It is asked again in a moment.', end)
    this.end = end
  }
}

/** A node's answers keep contradicting each other. */
export class NodeContradictsItself extends StopError {
  readonly node: string
  readonly what: string

  constructor(node: string, { what, facts }: Contradiction) {
    super(
      `${what}, repeatedly according to the node at ${node}`,
      facts,
      'Nothing of it was stored. Use another node, and inform the operator of this one. If its chain hashes headers or receipts in its own way, only verification "off" accepts them.',
    )
    this.node = node
    this.what = what
  }
}

/**
 * The answers contradict each other: the chain moved between two requests, or the node is wrong.
 */
export interface Unsettled {
  readonly kind: 'unsettled'
  readonly contradiction: Contradiction
}

export function unsettled(contradiction: Contradiction): Unsettled {
  return { kind: 'unsettled', contradiction }
}

/** The same, of answers that may come to fit each other. */
export function mayPass(contradiction: Contradiction): Contradiction {
  return { ...contradiction, mayPass: true }
}
