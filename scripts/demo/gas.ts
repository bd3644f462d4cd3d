import type { Hex, TransactionReceipt } from 'viem'
import { size, slice, toFunctionSelector } from 'viem'
import type { Reader } from '../../sdk/chain.ts'
import { calldataFloor } from '../bench/floor.ts'

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
