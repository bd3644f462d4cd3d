/**
 * What four bits cost: the rank correlation, over rows, of what they earn by the ledger with what they would earn from the
 * floats that its codes were rounded from. A draw takes queries anew.
 */

import { drawCounts, type Resampled, type Resampling, resampler } from '../statistics/bootstrap.ts'
import { spearman } from '../statistics/ranks.ts'
import { ledgerRule, type Sketched, unquantisedRule } from './rules/influence.ts'
import type { Rule } from './rules/outcome.ts'

export function measureRounding(sketched: Sketched, { seed, replicates }: Resampling): Resampled {
  const queries = sketched.queries.length
  const [rounded, exact] = [ledgerRule(sketched), unquantisedRule(sketched)].map((rule) => sharesOf(rule, queries))
  const agreement = (counts: Float64Array): number =>
    spearman(earned(rounded ?? [], counts, sketched.rows.length), earned(exact ?? [], counts, sketched.rows.length))
  const random = resampler(seed, 'rounding')
  return {
    estimate: agreement(new Float64Array(queries).fill(1)),
    replicates: Float64Array.from({ length: replicates }, () => agreement(drawCounts(queries, random))),
  }
}

type Shares = ReturnType<Rule['shares']>

function sharesOf({ scores, shares }: Rule, queries: number): readonly Shares[] {
  return Array.from({ length: queries }, (_, query) => shares(scores(query), query))
}

function earned(paid: readonly Shares[], counts: Float64Array, rows: number): Float64Array {
  const total = new Float64Array(rows)
  for (const [query, shares] of paid.entries())
    for (const { row, share } of shares) total[row] = (total[row] as number) + share * (counts[query] as number)
  return total
}
