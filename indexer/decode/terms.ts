import type { Fact } from './facts.ts'
import type { FineTuneRegistered, RoyaltyOwed } from './modelFacts.ts'

/**
 * What a batch's bytes mean depends on facts before it: how its model's records are laid out and its fees shared. Terms are
 * those facts folded up; a learner is the fold, the same over logs being decoded and over rows read back from the database.
 */

export interface ModelTerms {
  readonly owner: bigint
  readonly rowCount: bigint
  readonly dims: bigint
  readonly topK: bigint
  readonly contributorBps: bigint
  readonly operatorBps: bigint
  /** Who earns the contributors' share, where they share equally. */
  readonly pool: bigint | null
  readonly royalties: readonly { readonly account: bigint; readonly bps: bigint }[]
}

export interface Terms {
  readonly models: ReadonlyMap<bigint, ModelTerms>
}

export const noTerms: Terms = { models: new Map() }

export interface Learner {
  learn(fact: Fact): void
  /** As they stand; not to be learnt on from afterwards. */
  terms(): Terms
}

/** Goes on from `before`, which stays as it is: it is copied once, and only where there is something to learn. */
export function learnerOf(before: Terms): Learner {
  let models: Map<bigint, ModelTerms> | undefined
  const set = (model: bigint, terms: ModelTerms) => {
    models ??= new Map(before.models)
    models.set(model, terms)
  }
  const terms = (): Terms => (models === undefined ? before : { models })
  return {
    terms,
    learn: (fact) => {
      if (fact.table === 'fineTuneRegistered') {
        const { model, owner, rowCount, dims, topK, contributorBps, operatorBps, pool } = fact.row
        set(model, { owner, rowCount, dims, topK, contributorBps, operatorBps, pool, royalties: [] })
      } else if (fact.table === 'royaltyOwed') {
        const { model, account, bps } = fact.row
        const known = terms().models.get(model)
        if (known === undefined) throw new Error(`A royalty of model ${model} came before the model`)
        set(model, { ...known, royalties: [...known.royalties, { account, bps }] })
      }
    },
  }
}

/** The terms that stored facts add up to; royalties in the order in which the Ledger pays them. */
export function termsFrom(models: readonly FineTuneRegistered[], royalties: readonly RoyaltyOwed[]): Terms {
  const learner = learnerOf(noTerms)
  for (const row of models) learner.learn({ table: 'fineTuneRegistered', row })
  for (const row of royalties) learner.learn({ table: 'royaltyOwed', row })
  return learner.terms()
}
