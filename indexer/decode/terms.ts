import type { Fact } from './facts.ts'

/**
 * What a batch's bytes mean depends on facts before it: how its model's records are laid out and its fees shared. Terms are
 * those facts folded up; `learn` is the fold, the same over a log just decoded and over rows read back from the database.
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

export function learn(terms: Terms, fact: Fact): Terms {
  switch (fact.table) {
    case 'fineTuneRegistered': {
      const { model, owner, rowCount, dims, topK, contributorBps, operatorBps, pool } = fact.row
      const learnt = { owner, rowCount, dims, topK, contributorBps, operatorBps, pool, royalties: [] }
      return { models: new Map(terms.models).set(model, learnt) }
    }
    case 'royaltyOwed': {
      const { model, account, bps } = fact.row
      const known = terms.models.get(model)
      if (known === undefined) throw new Error(`A royalty of model ${model} came before the model`)
      const learnt = { ...known, royalties: [...known.royalties, { account, bps }] }
      return { models: new Map(terms.models).set(model, learnt) }
    }
    default:
      return terms
  }
}
