import type { Fact } from './facts.ts'
import { begunDraft, draftAfter, type UnitDraft } from './unitDraft.ts'

/**
 * Decoding depends on earlier facts: the layout of a model's records and units, and the cover of
 * its operator's bond. Terms are the fold of those facts; a learner is the fold, over decoded logs
 * and over stored rows alike.
 */

export interface ModelTerms {
  readonly feeUnitGwei: bigint
  /** Codes in a unit's sketch. */
  readonly dims: number
  /** Dimensions of a record's sketch: none where records have no sketches. */
  readonly recordDims: number
}

export interface Cover {
  readonly ratioBps: bigint
  readonly perRecordGwei: bigint
}

export interface Terms {
  readonly models: ReadonlyMap<number, ModelTerms>
  /** Fine-tunes whose units are not all registered yet. */
  readonly drafts: ReadonlyMap<number, UnitDraft>
  /** The bond that a batch recorded now needs. */
  readonly cover: Cover
}

export const noTerms: Terms = { models: new Map(), drafts: new Map(), cover: { ratioBps: 0n, perRecordGwei: 0n } }

export interface Learner {
  learn(fact: Fact): void
  /** The current terms. Do not learn after this. */
  terms(): Terms
}

/** Starts from `before` without changing it: a map is copied once, and only if it changes. */
export function learnerOf(before: Terms): Learner {
  let models: Map<number, ModelTerms> | undefined
  let drafts: Map<number, UnitDraft> | undefined
  let { cover } = before
  const draftOf = (model: number) => (drafts ?? before.drafts).get(model)
  const draftsNow = () => {
    drafts ??= new Map(before.drafts)
    return drafts
  }
  return {
    terms: () => ({ models: models ?? before.models, drafts: drafts ?? before.drafts, cover }),
    learn: (fact) => {
      switch (fact.table) {
        case 'fineTuneEntered': {
          const { model, feeUnitGwei, sketched } = fact.row
          const dims = Number(fact.row.dims)
          models ??= new Map(before.models)
          models.set(model, { feeUnitGwei, dims, recordDims: sketched ? dims : 0 })
          return
        }
        case 'fineTuneBegun':
          draftsNow().set(fact.row.model, begunDraft(fact.row))
          return
        case 'unitKept':
        case 'unitMember': {
          const draft = draftOf(fact.row.model)
          if (draft !== undefined) draftsNow().set(fact.row.model, draftAfter(draft, fact))
          return
        }
        case 'fineTuneRegistered':
          draftsNow().delete(fact.row.model)
          return
        case 'bondRuleSet':
          cover = { ratioBps: fact.row.ratioBps, perRecordGwei: fact.row.perRecordGwei }
      }
    },
  }
}

/** The terms after stored facts. The facts of each table come in chain order. */
export function termsFrom(facts: readonly Fact[]): Terms {
  const learner = learnerOf(noTerms)
  for (const fact of facts) learner.learn(fact)
  return learner.terms()
}
