import { decodeFunctionData, type Hex, size } from 'viem'
import { calldataFloor } from '../../bench/floor.ts'
import type { Reader } from '../../sdk/chain.ts'
import { abis } from '../../sdk/contracts.ts'

/** What transactions cost, beside the least that their bytes could cost. */

export interface GasOf {
  readonly gasUsed: number
  readonly floor: number
  readonly bytes: number
}

export async function gasOf(reader: Reader, hash: Hex): Promise<GasOf> {
  const [receipt, { input }] = await Promise.all([
    reader.getTransactionReceipt({ hash }),
    reader.getTransaction({ hash }),
  ])
  return { gasUsed: Number(receipt.gasUsed), floor: Number(calldataFloor(input)), bytes: size(input) }
}

export const CLAIMS = ['claim', 'claimTo', 'claimMany', 'settleAndClaim'] as const

export interface ClaimGas {
  readonly act: (typeof CLAIMS)[number]
  readonly accounts: readonly number[]
  /** Whether all of its accounts had been paid before. */
  readonly repeat: boolean
  readonly gasUsed: number
}

/** Claims in the order in which they happened, one entry a transaction. */
export async function claimGas(
  reader: Reader,
  claims: readonly { readonly account: number; readonly transactionHash: string }[],
): Promise<readonly ClaimGas[]> {
  const paidBefore = new Set<number>()
  const result: ClaimGas[] = []
  for (const [hash, own] of Map.groupBy(claims, ({ transactionHash }) => transactionHash as Hex)) {
    const accounts = own.map(({ account }) => account)
    const [{ gasUsed }, { input }] = await Promise.all([
      reader.getTransactionReceipt({ hash }),
      reader.getTransaction({ hash }),
    ])
    const { functionName } = decodeFunctionData({ abi: abis.earnings, data: input })
    const act = CLAIMS.find((name) => name === functionName)
    const repeat = accounts.every((account) => paidBefore.has(account))
    for (const account of accounts) paidBefore.add(account)
    if (act !== undefined) result.push({ act, accounts, repeat, gasUsed: Number(gasUsed) })
  }
  return result
}

export interface SettlingGas {
  readonly book: string
  readonly pages: number
  readonly gasUsed: number
}

/** Settlements, one entry a book, all of its pages together. */
export async function settlingGas(
  reader: Reader,
  pages: readonly { readonly book: bigint; readonly transactionHash: string }[],
): Promise<readonly SettlingGas[]> {
  const result: SettlingGas[] = []
  for (const [book, own] of Map.groupBy(pages, ({ book }) => book)) {
    const hashes = [...new Set(own.map(({ transactionHash }) => transactionHash as Hex))]
    const receipts = await Promise.all(hashes.map((hash) => reader.getTransactionReceipt({ hash })))
    const gasUsed = receipts.reduce((sum, receipt) => sum + Number(receipt.gasUsed), 0)
    result.push({ book: `${book}`, pages: hashes.length, gasUsed })
  }
  return result
}
