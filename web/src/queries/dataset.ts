import type { Hex } from 'viem'

export const DATASETS = `query Datasets($block: AsOfBlock) {
  datasets(orderBy: id, limit: 500, block: $block) {
    items { id curator licence contributionCount acceptedCount versionCount }
  }
}`

export interface DatasetsData {
  readonly datasets: {
    readonly items: readonly {
      readonly id: number
      readonly curator: string
      readonly licence: string
      readonly contributionCount: number
      readonly acceptedCount: number
      readonly versionCount: number
    }[]
  }
}

export const DATASET = `query Dataset($id: UInt!, $block: AsOfBlock) {
  dataset(id: $id, block: $block) {
    id curator licence termsHash metadataHash metadataUri contributionCount acceptedCount versionCount
    contributions(limit: 500) {
      totalCount
      items {
        id itemCount status contributorAccount { id payout }
        units(limit: 10) { items { model unit receivedGwei } }
      }
    }
    versions(orderBy: id, orderDirection: desc, limit: 50) {
      items { id number frozenAt contributionCount itemCount models(limit: 20) { items { id name } } }
    }
    days(orderBy: day, limit: 500) { items { day inferenceCount contributorsGwei } }
  }
}`

export interface DatasetData {
  readonly dataset: Dataset | null
}

export interface Dataset {
  readonly id: number
  readonly curator: string
  readonly licence: string
  readonly termsHash: Hex
  readonly metadataHash: Hex
  readonly metadataUri: string
  readonly contributionCount: number
  readonly acceptedCount: number
  readonly versionCount: number
  readonly contributions: { readonly totalCount: number; readonly items: readonly DatasetContribution[] }
  readonly versions: { readonly items: readonly DatasetVersion[] }
  readonly days: {
    readonly items: readonly {
      readonly day: number
      readonly inferenceCount: number
      readonly contributorsGwei: string
    }[]
  }
}

export interface DatasetContribution {
  readonly id: Hex
  readonly itemCount: number
  readonly status: 'Submitted' | 'Accepted' | 'Rejected' | 'Withdrawn'
  readonly contributorAccount: { readonly id: number; readonly payout: string }
  readonly units: {
    readonly items: readonly { readonly model: number; readonly unit: number; readonly receivedGwei: string }[]
  }
}

export interface DatasetVersion {
  readonly id: string
  readonly number: number
  readonly frozenAt: number
  readonly contributionCount: number
  readonly itemCount: string
  readonly models: { readonly items: readonly { readonly id: number; readonly name: string | null }[] }
}
