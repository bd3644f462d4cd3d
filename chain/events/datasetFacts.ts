import type { Hex } from 'viem'
import type { EventOrigin } from './eventOrigin.ts'

/** Contributions to datasets, and their states. */

export interface DatasetRegistered extends EventOrigin {
  readonly dataset: number
  readonly curator: Hex
  readonly licence: string
  readonly termsHash: Hex
  readonly metadataHash: Hex
  readonly metadataUri: string
}

export interface CuratorProposed extends EventOrigin {
  readonly dataset: number
  readonly curator: Hex
  readonly proposed: Hex
}

export interface CuratorChanged extends EventOrigin {
  readonly dataset: number
  readonly previous: Hex
  readonly curator: Hex
}

export interface ContributionSubmitted extends EventOrigin {
  readonly contribution: Hex
  readonly dataset: number
  readonly contributor: number
  readonly itemsRoot: Hex
  readonly itemCount: bigint
}

export interface ContributionAccepted extends EventOrigin {
  readonly contribution: Hex
  readonly dataset: number
  /** Journal count of Datasets just after. */
  readonly acceptedAt: bigint
}

export interface ContributionRejected extends EventOrigin {
  readonly contribution: Hex
  readonly dataset: number
}

export interface ConsentWithdrawn extends EventOrigin {
  readonly contribution: Hex
  readonly dataset: number
  readonly contributor: number
  /** Journal count of Datasets just after. */
  readonly withdrawnAt: bigint
}

export interface VersionFrozen extends EventOrigin {
  readonly version: bigint
  readonly dataset: number
  /** Journal count of Datasets just after. */
  readonly frozenAt: bigint
  readonly contributionCount: bigint
}

export interface DatasetFacts {
  datasetRegistered: DatasetRegistered
  curatorProposed: CuratorProposed
  curatorChanged: CuratorChanged
  contributionSubmitted: ContributionSubmitted
  contributionAccepted: ContributionAccepted
  contributionRejected: ContributionRejected
  consentWithdrawn: ConsentWithdrawn
  versionFrozen: VersionFrozen
}
