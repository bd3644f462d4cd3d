// What a withdrawn contribution is still used for, and what it was still paid.
//
//   a unit of its own     paid = Σ of the unit's pay after the withdrawal
//   a member of a joint   paid = ⌊received · kept / unit's kept⌋ now, less the same at the withdrawal
//
// Withdrawing keeps a contribution out of later versions. Models that were trained on it keep paying
// it, since their terms are permanent; deleting its salts erases its items, and leaves every proof valid.

import type { Hex } from 'viem'
import { memberDraw } from '../../attribution/bookPay.ts'
import type { Facts, FactTable } from '../../chain/events/facts.ts'
import type { TimedFacts } from './modelRecord.ts'

export interface Withdrawal {
  readonly contribution: Hex
  readonly dataset: number
  readonly contributor: number
  /** In seconds. */
  readonly withdrawnAt: bigint
  readonly uses: readonly Use[]
}

/** A model that the contribution is paid by. */
export interface Use {
  readonly model: number
  /** When the model's units were all registered, in seconds. */
  readonly since: bigint
  readonly keptRows: bigint
  readonly paidBeforeGwei: bigint
  readonly paidAfterGwei: bigint
}

export const withdrawalTables: ReadonlySet<FactTable> = new Set<FactTable>([
  'consentWithdrawn',
  'fineTuneRegistered',
  'unitKept',
  'unitMember',
  'unitPaid',
])

export function withdrawalsIn({ facts, timeOf }: TimedFacts): readonly Withdrawal[] {
  const rows = <T extends FactTable>(table: T): readonly Facts[T][] =>
    facts.flatMap((fact) => (fact.table === table ? [fact.row as Facts[T]] : []))
  const registered = new Map(rows('fineTuneRegistered').map((row) => [row.model, row]))
  const units = Map.groupBy(rows('unitKept'), ({ model }) => model)
  const members = rows('unitMember')
  const payments = Map.groupBy(rows('unitPaid'), ({ model, unit }) => `${model} ${unit}`)
  const received = (unit: { readonly model: number; readonly unit: number }, until: bigint): bigint =>
    (payments.get(`${unit.model} ${unit.unit}`) ?? []).reduce(
      (sum, { block, amountGwei }) => (block <= until ? sum + amountGwei : sum),
      0n,
    )

  const usesOf = ({ contribution, block }: Facts['consentWithdrawn']): readonly Use[] =>
    [...units].flatMap(([model, kept]) => {
      const at = registered.get(model)
      if (at === undefined) return []
      const own = kept.filter((unit) => unit.contribution === contribution)
      const shared = members.filter((member) => member.model === model && member.contribution === contribution)
      if (own.length + shared.length === 0) return []
      const paidUntil = (until: bigint): bigint => {
        const alone = own.reduce((sum, unit) => sum + received(unit, until), 0n)
        return shared.reduce((sum, member) => {
          const unit = kept.find(({ joint }) => joint === member.joint) as Facts['unitKept']
          return sum + memberDraw(received(unit, until), Number(member.kept), Number(unit.kept), 0n)
        }, alone)
      }
      const [before, all] = [paidUntil(block), paidUntil(END)]
      const keptRows = [...own, ...shared].reduce((sum, row) => sum + row.kept, 0n)
      return [{ model, since: timeOf(at.block), keptRows, paidBeforeGwei: before, paidAfterGwei: all - before }]
    })

  return rows('consentWithdrawn').map((row) => ({
    contribution: row.contribution,
    dataset: row.dataset,
    contributor: row.contributor,
    withdrawnAt: timeOf(row.block),
    uses: usesOf(row),
  }))
}

const END = 2n ** 64n
