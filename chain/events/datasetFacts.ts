import type { Hex } from 'viem'
import type { Place } from './eventOrigin.ts'

/** What is contributed to datasets, and what becomes of it. */

export interface DatasetRegistered extends Place {
  readonly dataset: bigint
  readonly curator: Hex
  readonly licence: string
  readonly termsHash: Hex
  readonly metadataHash: Hex
  readonly metadataUri: string
}

export interface CuratorProposed extends Place {
  readonly dataset: bigint
  readonly curator: Hex
  readonly proposed: Hex
}

export interface CuratorChanged extends Place {
  readonly dataset: bigint
  readonly previous: Hex
  readonly curator: Hex
}

export interface ContributionSubmitted extends Place {
  readonly contribution: Hex
  readonly dataset: bigint
  readonly contributor: bigint
  readonly itemsRoot: Hex
  readonly itemCount: bigint
}

export interface ContributionAccepted extends Place {
  readonly contribution: Hex
  readonly dataset: bigint
  /** Journal count of Datasets just after. */
  readonly acceptedAt: bigint
}

export interface ContributionRejected extends Place {
  readonly contribution: Hex
  readonly dataset: bigint
}

export interface ConsentWithdrawn extends Place {
  readonly contribution: Hex
  readonly dataset: bigint
  readonly contributor: bigint
  /** Journal count of Datasets just after. */
  readonly withdrawnAt: bigint
}

export interface VersionFrozen extends Place {
  readonly version: bigint
  readonly dataset: bigint
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
