import type { Fact } from './facts.ts'
import { begunDraft, draftAfter, type UnitDraft } from './unitDraft.ts'

/**
 * What some bytes mean depends on facts before them: how a model's records and units are laid out, and what its operator's bond
 * covers. Terms are those facts folded up; a learner is the fold, the same over logs being decoded and over rows read back from
 * the database.
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
  /** What a batch recorded now asks of its operator's bond. */
  readonly cover: Cover
}

export const noTerms: Terms = { models: new Map(), drafts: new Map(), cover: { ratioBps: 0n, perRecordGwei: 0n } }

export interface Learner {
  learn(fact: Fact): void
  /** As they stand; not to be learnt on from afterwards. */
  terms(): Terms
}

/** Goes on from `before`, which stays as it is: what changes of it is copied once, and only where there is something to learn. */
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

/** The terms that stored facts add up to. Those of a table come in the order in which they happened. */
export function termsFrom(facts: readonly Fact[]): Terms {
  const learner = learnerOf(noTerms)
  for (const fact of facts) learner.learn(fact)
  return learner.terms()
}
