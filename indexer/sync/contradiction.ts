import { StopError } from '../../sdk/errors.ts'
import type { Contradiction } from './step.ts'

/** A node keeps saying what cannot be: it hides, invents or mixes up parts of the chain. */
export class NodeContradictsItself extends StopError {
  constructor(node: string, { what, facts }: Contradiction) {
    super(
      `${what}, says the node at ${node} again and again`,
      facts,
      'Nothing of it was stored. Use another node, and tell the operator of this one.',
    )
  }
}
