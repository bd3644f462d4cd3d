import type { FlowLink, FlowNode } from '../../charts/sankey.tsx'
import type { AnswerBook, Inference } from '../../queries/answer.ts'

const PEOPLE = 5

/** What of a fee went, or would go, to whom: its part of the book's pay. The last of all gets what rounding leaves. */
export function flowOf({ feeGwei, book }: Inference): {
  readonly nodes: readonly FlowNode[]
  readonly links: readonly FlowLink[]
} {
  const { pay } = book
  const fee = BigInt(feeGwei)
  const total = BigInt(pay.totalGwei)
  const part = (gwei: string) => (total === 0n ? 0n : (BigInt(gwei) * fee) / total)
  const nodes: FlowNode[] = [{ name: 'Fee', category: 0, gwei: fee }]
  const links: FlowLink[] = []
  const add = (source: number, name: string, category: FlowNode['category'], gwei: bigint): number => {
    if (gwei === 0n) return source
    links.push({ source, target: nodes.length, gwei })
    return nodes.push({ name, category, gwei }) - 1
  }
  const contributors = part(pay.contributorsGwei)
  const pool = add(0, 'Contributors', 1, contributors)
  const people = peopleOf(book).map(({ name, gwei }) => ({ name, gwei: part(gwei) }))
  for (const { name, gwei } of people) add(pool, name, 1, gwei)
  const others = pay.units.totalCount - people.length
  add(pool, `${others} others`, 1, contributors - people.reduce((sum, { gwei }) => sum + gwei, 0n))
  const roles = [
    ['Model owner', 2, pay.ownerGwei, book.model.owner.accountId],
    ['Operator', 3, pay.operatorGwei, book.operator.accountId],
    ['Royalty', 4, pay.royaltiesGwei, pay.royalties[0]?.account.accountId ?? 0],
  ] as const
  let left = fee - contributors
  for (const [name, category, gwei, account] of roles) {
    const of = part(gwei)
    left -= of
    const role = add(0, name, category, of)
    if (of > 0n) add(role, `Account ${account}, ${name.toLowerCase()}`, category, of)
  }
  const treasury = add(0, 'Treasury', 5, left)
  if (left > 0n) add(treasury, 'Treasury account', 5, left)
  return { nodes, links }
}

function peopleOf({ pay }: AnswerBook): readonly { readonly name: string; readonly gwei: string }[] {
  return pay.units.items.slice(0, PEOPLE).map(({ unitId, amountGwei, unit }) => ({
    name: unit.payee === null ? `Joint unit ${unitId}` : `Account ${unit.payee.accountId}`,
    gwei: amountGwei,
  }))
}
