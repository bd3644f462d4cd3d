import type { Hash } from 'viem'

/** Sent claims outlive the page: a reader who closes it finds the claim followed on their return. */

const keyOf = (ledger: string, account: number) => `claim ${ledger} ${account}`

export function keepSent(ledger: string, account: number, hash: Hash | undefined): void {
  if (hash === undefined) localStorage.removeItem(keyOf(ledger, account))
  else localStorage.setItem(keyOf(ledger, account), hash)
}

export function keptSent(ledger: string, account: number): Hash | undefined {
  const hash = localStorage.getItem(keyOf(ledger, account))
  return hash !== null && /^0x[0-9a-f]{64}$/.test(hash) ? (hash as Hash) : undefined
}
