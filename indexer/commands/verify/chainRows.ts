import type { Cursors } from '../../../chain/blocks/position.ts'
import { type ContractName, contractOf, type Followed } from '../../../chain/events/contracts.ts'
import { decodeLogs } from '../../../chain/events/decode.ts'
import type { Fact, FactTable } from '../../../chain/events/facts.ts'
import type { Terms } from '../../../chain/events/terms.ts'
import { factTables } from '../../store/schema.ts'
import type { ProvenStretch } from './provenStretch.ts'

export type Row = Readonly<Record<string, unknown>>

/** The rows that the chain leads to in some blocks, for every table. */
export type ChainRows = ReadonlyMap<ComparedTable, readonly Row[]>

export type ComparedTable = 'block' | 'journalMove' | 'accountTotal' | FactTable

export const comparedTables: readonly ComparedTable[] = ['block', 'journalMove', ...factTables, 'accountTotal']

/** The column with a row's block. */
export function blockColumn(table: ComparedTable): 'number' | 'block' {
  return table === 'block' ? 'number' : 'block'
}

/** The rows of a stretch, decoded again, except totals; and the terms after it. */
export function chainRows(
  followed: Followed,
  terms: Terms,
  { blocks, logs, journalMoves }: ProvenStretch,
  isFollowedAt: (contract: ContractName, block: bigint) => boolean,
): { readonly rows: ChainRows; readonly facts: readonly Fact[]; readonly terms: Terms } {
  const kept = logs.filter((log) => {
    const contract = contractOf(followed, log)
    return contract !== undefined && isFollowedAt(contract, log.block)
  })
  const decoded = decodeLogs(followed, terms, kept)
  const rows = new Map<ComparedTable, Row[]>(comparedTables.map((table) => [table, []]))
  const put = (table: ComparedTable, row: object) => rows.get(table)?.push(row as Row)
  for (const { table, row } of decoded.facts) put(table, row)
  for (const move of journalMoves) put('journalMove', move)
  for (const block of blocks) put('block', block)
  return { rows, ...decoded }
}

/**
 * Contracts with a journal are always followed. The cursors say how far others and late contracts
 * are.
 */
export function followedAt(cursors: Cursors): (contract: ContractName, block: bigint) => boolean {
  return (contract, block) => {
    const cursor = cursors.get(contract)
    return cursor === undefined ? contract !== 'openToken' : block <= cursor
  }
}
