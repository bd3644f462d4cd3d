import type { Hex } from 'viem'
import type { BookStatus, ModelState } from '../parts/pill.tsx'
import type { ModelDay, SettledBook } from './home.ts'

export const MODELS = `query Models($block: AsOfBlock) {
  models(orderBy: modelId, limit: 500, block: $block) {
    totalCount
    items { modelId state name inferenceCount feesGwei keptRows owner { accountId payout } parent { modelId name } }
  }
}`

export interface ModelsData {
  readonly models: {
    readonly totalCount: number
    readonly items: readonly {
      readonly modelId: number
      readonly state: ModelState
      readonly name: string | null
      readonly inferenceCount: number
      readonly feesGwei: string
      readonly keptRows: number | null
      readonly owner: Party
      readonly parent: { readonly modelId: number; readonly name: string | null } | null
    }[]
  }
}

export interface Party {
  readonly accountId: number
  readonly payout: string
}

export const MODEL = `query Model($id: ID!, $block: AsOfBlock) {
  model(id: $id, block: $block) {
    modelId kind state name licence method quantisationScheme quantisationBits royaltyBps
    contributorBps operatorBps baseBps floorBps sketched feeUnitGwei dims keptRows unitCount activeFrom struckAt
    manifestHash manifestUri indexHash indexUri weightsHash weightsUri inferenceCount voidedCount feesGwei
    ratingCount ratedFeesGwei ratingStarsGwei consentWithdrawn
    owner { accountId payout }
    parent { modelId name licence royaltyBps }
    fineTunes(limit: 20) { totalCount items { modelId name } }
    versions(limit: 20) { items { id datasetId number itemCount contributionCount } }
    units(orderBy: receivedGwei, orderDirection: desc, limit: 500) {
      totalCount
      items { unitId keptRows receivedGwei struckAt payee { accountId payout } }
    }
    books(orderBy: windowEnd, orderDirection: desc, limit: 100) {
      totalCount
      items {
        id number status inferenceCount voidedCount feesGwei closesAt windowEnd
        settlement { contributorsGwei operatorGwei ownerGwei royaltiesGwei treasuryGwei }
      }
    }
    modelDays(orderBy: day, orderDirection: desc, limit: 60) { items { modelId day inferenceCount feesGwei voidedGwei contributorsGwei } }
    evaluations(orderBy: evaluationId, orderDirection: desc, limit: 50) {
      items {
        id kind metric task scoreMillionths lowMillionths highMillionths sampleCount resultsHash timestamp
        twinScoreMillionths gained lost
      }
    }
    strikes(limit: 50) { totalCount items { id kind fault unitId timestamp slashedGwei transactionHash } }
  }
}`

export interface ModelData {
  readonly model: Model | null
}

export interface Model {
  readonly modelId: number
  readonly kind: 'Base' | 'FineTune'
  readonly state: ModelState
  readonly name: string | null
  readonly licence: string | null
  readonly method: string | null
  readonly quantisationScheme: string | null
  readonly quantisationBits: number | null
  readonly royaltyBps: number
  readonly contributorBps: number | null
  readonly operatorBps: number | null
  readonly baseBps: number | null
  readonly floorBps: number | null
  readonly sketched: boolean | null
  readonly feeUnitGwei: number | null
  readonly dims: number | null
  readonly keptRows: number | null
  readonly unitCount: number | null
  readonly activeFrom: number | null
  readonly struckAt: number | null
  readonly manifestHash: Hex | null
  readonly manifestUri: string | null
  readonly indexHash: Hex | null
  readonly indexUri: string | null
  readonly weightsHash: Hex | null
  readonly weightsUri: string | null
  readonly inferenceCount: number
  readonly voidedCount: number
  readonly feesGwei: string
  readonly ratingCount: number
  readonly ratedFeesGwei: string
  readonly ratingStarsGwei: string
  readonly consentWithdrawn: boolean
  readonly owner: Party
  readonly parent: {
    readonly modelId: number
    readonly name: string | null
    readonly licence: string | null
    readonly royaltyBps: number
  } | null
  readonly fineTunes: {
    readonly totalCount: number
    readonly items: readonly { readonly modelId: number; readonly name: string | null }[]
  }
  readonly versions: {
    readonly items: readonly {
      readonly id: string
      readonly datasetId: number
      readonly number: number
      readonly itemCount: string
      readonly contributionCount: number
    }[]
  }
  readonly units: { readonly totalCount: number; readonly items: readonly ModelUnit[] }
  readonly books: { readonly totalCount: number; readonly items: readonly ModelBook[] }
  readonly modelDays: { readonly items: readonly ModelDay[] }
  readonly evaluations: { readonly items: readonly Evaluation[] }
  readonly strikes: { readonly totalCount: number; readonly items: readonly Strike[] }
}

export interface ModelUnit {
  readonly unitId: number
  readonly keptRows: number
  readonly receivedGwei: string
  readonly struckAt: number | null
  readonly payee: Party | null
}

export interface ModelBook extends SettledBook {
  readonly status: BookStatus
  readonly closesAt: number
  readonly windowEnd: number
}

export interface Evaluation {
  readonly id: string
  readonly kind: 'Benchmark' | 'Production' | 'QuantisationLoss'
  readonly metric: string
  readonly task: string | null
  readonly scoreMillionths: string
  readonly lowMillionths: string
  readonly highMillionths: string
  readonly sampleCount: number
  readonly resultsHash: Hex
  readonly timestamp: number
  readonly twinScoreMillionths: string | null
  readonly gained: number | null
  readonly lost: number | null
}

export interface Strike {
  readonly id: string
  readonly kind: string
  readonly fault: string | null
  readonly unitId: number | null
  readonly timestamp: number
  readonly slashedGwei: string
  readonly transactionHash: string
}

export const INFLUENCE = `query Influence($model: UInt!, $block: AsOfBlock) {
  inferences(where: { modelId: $model, stands: true }, orderBy: batchId, orderDirection: desc, limit: 500, block: $block) {
    totalCount
    items { feeUnits sketch }
  }
  units(where: { modelId: $model }, orderBy: unitId, limit: 500, block: $block) { items { unitId scale sketch } }
}`

export interface InfluenceData {
  readonly inferences: {
    readonly totalCount: number
    readonly items: readonly { readonly feeUnits: number; readonly sketch: Hex | null }[]
  }
  readonly units: {
    readonly items: readonly { readonly unitId: number; readonly scale: number; readonly sketch: Hex }[]
  }
}
