import type { Hex } from 'viem'

export const DATASETS = `query Datasets($block: AsOfBlock) {
  datasets(orderBy: datasetId, limit: 500, block: $block) {
    items { datasetId curator licence contributionCount acceptedCount versionCount }
  }
}`

export interface DatasetsData {
  readonly datasets: {
    readonly items: readonly {
      readonly datasetId: number
      readonly curator: string
      readonly licence: string
      readonly contributionCount: number
      readonly acceptedCount: number
      readonly versionCount: number
    }[]
  }
}

export const DATASET = `query Dataset($id: ID!, $block: AsOfBlock) {
  dataset(id: $id, block: $block) {
    datasetId curator licence termsHash metadataHash metadataUri contributionCount acceptedCount versionCount
    contributions(limit: 500) {
      totalCount
      items {
        contributionId itemCount status contributor { accountId payout }
        units(orderBy: modelId, orderDirection: desc, limit: 10) { items { modelId unitId receivedGwei } }
      }
    }
    versions(orderBy: number, orderDirection: desc, limit: 50) {
      items { id number frozenAt contributionCount itemCount models(limit: 20) { items { modelId name } } }
    }
    datasetDays(orderBy: day, limit: 500) { items { day inferenceCount contributorsGwei } }
  }
}`

export interface DatasetData {
  readonly dataset: Dataset | null
}

export interface Dataset {
  readonly datasetId: number
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
  readonly datasetDays: {
    readonly items: readonly {
      readonly day: number
      readonly inferenceCount: number
      readonly contributorsGwei: string
    }[]
  }
}

export interface DatasetContribution {
  readonly contributionId: Hex
  readonly itemCount: number
  readonly status: 'Submitted' | 'Accepted' | 'Rejected' | 'Withdrawn'
  readonly contributor: { readonly accountId: number; readonly payout: string }
  /** Of the newest models first. */
  readonly units: {
    readonly items: readonly { readonly modelId: number; readonly unitId: number; readonly receivedGwei: string }[]
  }
}

export interface DatasetVersion {
  readonly id: string
  readonly number: number
  readonly frozenAt: number
  readonly contributionCount: number
  readonly itemCount: string
  readonly models: { readonly items: readonly { readonly modelId: number; readonly name: string | null }[] }
}
