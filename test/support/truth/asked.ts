import type { Hex } from 'viem'
import type { Contracts } from '../../../sdk/contracts.ts'
import { ask } from '../ask.ts'
import type { LocalLedger } from '../localLedger.ts'

/** One moment of a ledger, asked of an indexer and of the contracts themselves. */
export interface Moment {
  readonly url: string
  readonly ledger: LocalLedger
  readonly block: bigint
}

export type Row = Readonly<Record<string, unknown>>

/** All rows of a list, as of the moment. */
export async function rowsOf<T = Row>({ url, block }: Moment, list: string, fields: string): Promise<readonly T[]> {
  const found: T[] = []
  for (let after: string | null = null; ; ) {
    const page: Page<T> = (
      await ask<{ list: Page<T> }>(
        url,
        `query ($at: AsOfBlock, $after: String) {
           list: ${list}(limit: 300, block: $at, after: $after) { items { ${fields} } pageInfo { hasNextPage endCursor } } }`,
        { at: { number: Number(block) }, after },
      )
    ).list
    found.push(...page.items)
    if (!page.pageInfo.hasNextPage) return found
    after = page.pageInfo.endCursor
  }
}

interface Page<T> {
  readonly items: readonly T[]
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null }
}

/** Asks a contract something as it stood at the moment. */
export function readerAt({ ledger, block: blockNumber }: Moment) {
  const { reader, contracts } = ledger.connection
  return {
    contracts: contracts as Contracts,
    read: ((call: object) => reader.readContract({ ...call, blockNumber } as never)) as typeof reader.readContract,
  }
}

export const lower = (hex: Hex): Hex => hex.toLowerCase() as Hex
