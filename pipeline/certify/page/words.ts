/** What the page calls things, and how it explains them in a sentence. */
import type { Certificate, MeasureName } from '../certificate.ts'
import type { RuleName } from '../rules/outcome.ts'

export const RULE_WORDS: Readonly<Record<RuleName, string>> = {
  'net influence': 'net influence, floor 1',
  'net influence, no floor': '… no floor',
  'net influence, floor ½': '… floor ½',
  'net influence, floor 2': '… floor 2',
  'net influence, base 20 %': '… 20 % by rows first',
  'net influence, base 50 %': '… 50 % by rows first',
  'fixed weights': 'fixed weights',
  'equal split': 'equal split: each row alike',
  'contributors alike': 'each contributor alike',
  unrounded: 'net influence, unrounded',
  'net influence, rated': 'net influence, answers rated + or − (simulated)',
  'positive part of each row': 'positive part of each row',
  'raw positive influence': 'raw positive influence',
  DataInf: 'DataInf',
  'gradient dot': 'gradient dot',
  'embedding, label agrees': 'embedding, label agrees',
  embedding: 'embedding',
  BM25: 'BM25',
  'random rows': 'random rows',
}

export const MEASURE_WORDS: Readonly<Record<MeasureName, { readonly title: string; readonly meaning: string }>> = {
  'answer worth': {
    title: 'Answer worth',
    meaning: 'Rank correlation of pay with how much surer the given answers were thanks to a contributor.',
  },
  'answer worth, without copiers': {
    title: 'Answer worth, without copiers',
    meaning: 'The same among contributors most of whose rows are their own.',
  },
  'loss worth': {
    title: 'Loss worth',
    meaning: 'Rank correlation of pay with how much better held-out texts were classified thanks to a contributor.',
  },
  'loss worth, without copiers': {
    title: 'Loss worth, without copiers',
    meaning: 'The same among contributors most of whose rows are their own.',
  },
  'answer worth of halves': {
    title: 'Answer worth of halves',
    meaning: 'Pay of a random half of all contributors, beside the answers of what that half trains alone.',
  },
  'loss worth of halves': {
    title: 'Loss worth of halves',
    meaning: 'Pay of a random half beside the held-out loss of what it trains alone.',
  },
  'answer worth, one kind of traffic': {
    title: 'Answer worth, one kind of traffic',
    meaning: 'Answer worth as if only one kind of question were asked; the mean over kinds.',
  },
  'answer by answer': {
    title: 'Answer by answer',
    meaning: 'Pay of a book of one answer, beside how much surer that answer was thanks to each contributor; the mean.',
  },
  'linear datamodelling': {
    title: 'Linear datamodelling score',
    meaning: 'How well signed scores, before anything is clipped, predict each answer of what random halves train.',
  },
}

type Rule = NonNullable<Certificate['verdict']['recommended']>['rule'] | 'none'

export const RECOMMENDED_WORDS: Readonly<Record<Rule, string>> = {
  'net-influence': 'Pay by net influence',
  'fixed-weights': 'Pay by fixed weights',
  'equal-split': 'Pay every row alike',
  none: 'Whether pay follows worth was not measured',
}
