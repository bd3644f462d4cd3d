import type { Hex, TransactionReceipt } from 'viem'
import { hexToBytes, size, slice, toFunctionSelector } from 'viem'
import type { Reader } from '../../sdk/chain.ts'

/** What transactions cost, beside the least that their bytes could cost (EIP-7623: 10 gas a token, a nonzero byte being four). */

export interface GasOf {
  readonly gasUsed: number
  readonly floor: number
  readonly bytes: number
}

const BASE_GAS = 21_000

export async function gasOf(reader: Reader, hash: Hex): Promise<GasOf> {
  const [receipt, { input }] = await Promise.all([
    reader.getTransactionReceipt({ hash }),
    reader.getTransaction({ hash }),
  ])
  return { gasUsed: Number(receipt.gasUsed), floor: calldataFloor(input), bytes: size(input) }
}

export function calldataFloor(input: Hex): number {
  let tokens = 0
  for (const byte of hexToBytes(input)) tokens += byte === 0 ? 1 : 4
  return BASE_GAS + 10 * tokens
}

const CLAIMS: Readonly<Record<Hex, 'claim' | 'claimTo' | 'claimMany'>> = {
  [toFunctionSelector('claim(uint32)')]: 'claim',
  [toFunctionSelector('claimTo(address)')]: 'claimTo',
  [toFunctionSelector('claimMany(uint32[])')]: 'claimMany',
}

export interface ClaimGas {
  readonly act: 'claim' | 'claimTo' | 'claimMany'
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
  for (const hash of new Set(claims.map(({ transactionHash }) => transactionHash as Hex))) {
    const accounts = claims.filter(({ transactionHash }) => transactionHash === hash).map(({ account }) => account)
    const receipt: TransactionReceipt = await reader.getTransactionReceipt({ hash })
    const { input } = await reader.getTransaction({ hash })
    const act = CLAIMS[slice(input, 0, 4)]
    const repeat = accounts.every((account) => paidBefore.has(account))
    for (const account of accounts) paidBefore.add(account)
    if (act !== undefined) result.push({ act, accounts, repeat, gasUsed: Number(receipt.gasUsed) })
  }
  return result
}
