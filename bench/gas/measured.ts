/** What an act costs. */
export interface Measured {
  readonly name: string
  readonly gas: bigint
  /** The least that its calldata allows, where that matters. */
  readonly floor?: bigint
  /** Depends on files that are not committed, so no snapshot holds it. */
  readonly isLocal?: boolean
}
