import type { Hex } from 'viem'
import type { Transfer } from '../../chain/events/transferFacts.ts'
import type { Posting } from './entry.ts'
import { BONDS_HOLD, EARNINGS_HOLD, STRAY, UNEXPLAINED, walletName } from './names.ts'
import type { Expected } from './obligations.ts'

/** The addresses whose OPEN the books keep, in lower case. */
export interface Holders {
  readonly earnings: Hex
  readonly bonds: Hex
  readonly wallets: ReadonlyMap<Hex, { readonly operator: number; readonly model: number }>
}

/**
 * The token's transfers of one transaction as postings. What enters or leaves a contract is posted
 * alone where an event expects it, so that the entry balances only if event and transfer agree.
 */
export function tokenMoves(
  holders: Holders,
  transfers: readonly Transfer[],
  expected: readonly Expected[],
): readonly Posting[] {
  const left = [...expected]
  const isExpected = (account: string, amountWei: bigint): boolean => {
    const at = left.findIndex((one) => one.holding === account && one.amountWei === amountWei)
    if (at >= 0) left.splice(at, 1)
    return at >= 0
  }
  const postingsAt = (address: Hex, amountWei: bigint): readonly (readonly [string, bigint])[] => {
    const wallet = holders.wallets.get(address)
    if (wallet !== undefined) {
      const { operator, model } = wallet
      return [
        [walletName('Assets', operator, model), amountWei],
        [walletName('Liabilities', operator, model), -amountWei],
      ]
    }
    const account = address === holders.earnings ? EARNINGS_HOLD : address === holders.bonds ? BONDS_HOLD : undefined
    if (account === undefined) return []
    if (isExpected(account, amountWei)) return [[account, amountWei]]
    return [
      [account, amountWei],
      [amountWei > 0n ? STRAY : UNEXPLAINED, -amountWei],
    ]
  }
  return transfers.flatMap(({ from, to, amountWei, logIndex }) =>
    amountWei === 0n
      ? []
      : [...postingsAt(from, -amountWei), ...postingsAt(to, amountWei)].map(([account, amount]) => ({
          account,
          amountWei: amount,
          event: 'Transfer',
          logIndex,
        })),
  )
}
