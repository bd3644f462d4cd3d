/**
 * How the gym pays. The first rule is the ledger's own; the others are measured beside it: what each term does to attacks, and what
 * dropping near-copies before the last training does.
 */
import type { SharingTerms } from '../certify/rules/books.ts'

export interface PayRule {
  readonly name: string
  readonly title: string
  readonly terms: SharingTerms
  /** Whether near-copies are dropped before the last training, or only afterwards, when they have moved the model already. */
  readonly copies: 'dropped before the last training' | 'dropped after it'
}

const DROPPED_FIRST = 'dropped before the last training'
const net = (baseBps: number, floorBps: number): SharingTerms => ({ baseBps, floorBps, sketched: true })

export const AS_PAID: PayRule = {
  name: 'as paid',
  title: 'As paid: net influence, floor 1',
  terms: net(0, 10_000),
  copies: DROPPED_FIRST,
}

export const PAY_RULES: readonly PayRule[] = [
  AS_PAID,
  { name: 'copies trained', title: 'Copies in the training', terms: net(0, 10_000), copies: 'dropped after it' },
  { name: 'no floor', title: 'No floor', terms: net(0, 0), copies: DROPPED_FIRST },
  { name: 'base', title: 'Base 20 %', terms: net(2_000, 10_000), copies: DROPPED_FIRST },
  {
    name: 'fixed weights',
    title: 'Fixed weights',
    terms: { baseBps: 0, floorBps: 10_000, sketched: false },
    copies: DROPPED_FIRST,
  },
  {
    name: 'kept rows alike',
    title: 'Kept rows alike',
    terms: { baseBps: 10_000, floorBps: 10_000, sketched: false },
    copies: DROPPED_FIRST,
  },
]
