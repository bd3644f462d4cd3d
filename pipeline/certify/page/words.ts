/** What the page calls things, and how it explains them in a sentence. */
import type { MeasureName } from '../certificate.ts'
import type { RuleName } from '../rules/outcome.ts'

export const RULE_WORDS: Readonly<Record<RuleName, string>> = {
  ledger: 'the ledger’s rule',
  unquantised: '… without rounding',
  'raw positive influence': 'raw positive influence',
  DataInf: 'DataInf',
  'gradient dot': 'gradient dot',
  'embedding, label agrees': 'embedding, label agrees',
  embedding: 'embedding',
  BM25: 'BM25',
  'rows by lot': 'rows by lot',
  'count of rows': 'each row alike',
  'equal split': 'each person alike',
}

export const MEASURE_WORDS: Readonly<Record<MeasureName, { readonly title: string; readonly meaning: string }>> = {
  'answer worth': {
    title: 'Answer worth',
    meaning: 'Rank correlation of pay with how much surer the given answers were thanks to a contributor.',
  },
  'loss worth': {
    title: 'Loss worth',
    meaning: 'Rank correlation of pay with how much better held-out texts were told apart thanks to a contributor.',
  },
  'answer worth of halves': {
    title: 'Answer worth of halves',
    meaning:
      'The same for random halves of all contributors: pay of the half beside the answers of what it trains alone.',
  },
  'loss worth of halves': {
    title: 'Loss worth of halves',
    meaning: 'Pay of a random half beside the held-out loss of what it trains alone.',
  },
  'answer by answer': {
    title: 'Answer by answer',
    meaning: 'Pay for one answer beside how much surer that very answer was thanks to each contributor; the mean.',
  },
  'linear datamodelling': {
    title: 'Linear datamodelling score',
    meaning: 'How well signed scores, before anything is clipped, foretell each answer of what random halves train.',
  },
}

export const RECOMMENDED_WORDS = {
  attribution: 'Attribution is recommended',
  'equal-split': 'Equal split is recommended',
  'not measured': 'Whether payouts follow worth was not measured',
} as const
