import type { Hex } from 'viem'

/** A part of an entry: debits are above zero, credits below. */
export interface Posting {
  /** Its parts are separated by colons: `Liabilities:Earnings:A7:Operator`. */
  readonly account: string
  readonly amountWei: bigint
  /** The event that it follows from, and that event's place in its block. */
  readonly event: string
  readonly logIndex: bigint
}

/** What one transaction on the chain did to money. Its postings add up to zero. */
export interface Entry {
  readonly block: bigint
  /** Of the block, in seconds. */
  readonly timestamp: bigint
  readonly transactionHash: Hex
  readonly postings: readonly Posting[]
}

/** What a contract says an account holds once the last block is executed, its parts included. */
export interface Balance {
  readonly account: string
  readonly amountWei: bigint
  /** Where it stands: `Channels.channelOf`. */
  readonly source: string
}

/** A history in double entry. */
export interface Books {
  readonly deployment: string
  readonly chainId: number
  readonly head: { readonly number: bigint; readonly hash: Hex; readonly timestamp: bigint }
  readonly entries: readonly Entry[]
  readonly balances: readonly Balance[]
}

/** Every account of the books and all that lie above one, sorted. */
export function accountsOf({ entries, balances }: Pick<Books, 'entries' | 'balances'>): readonly string[] {
  const found = new Set<string>()
  const add = (account: string) => {
    const parts = account.split(':')
    // Only the five roots of accounting are no accounts themselves.
    for (let end = 2; end <= parts.length; end++) found.add(parts.slice(0, end).join(':'))
  }
  for (const { postings } of entries) for (const { account } of postings) add(account)
  for (const { account } of balances) add(account)
  return [...found].sort()
}

/** Each event of an entry once, in the chain's order: `BatchRecorded, BookOpened`. */
export function eventsOf({ postings }: Entry): string {
  const ordered = [...postings].sort((a, b) => Number(a.logIndex - b.logIndex))
  return [...new Set(ordered.map(({ event }) => event))].join(', ')
}

/** The gwei of an amount where that is exact, in OPEN with nine decimals, and else all of its eighteen. */
export function decimalOpen(wei: bigint): string {
  const sign = wei < 0n ? '-' : ''
  const digits = `${wei < 0n ? -wei : wei}`.padStart(19, '0')
  const [whole, fraction] = [digits.slice(0, -18), digits.slice(-18)]
  return `${sign}${whole}.${fraction.endsWith('000000000') ? fraction.slice(0, 9) : fraction}`
}

/** The day of a time in seconds, by UTC. */
export function dayOf(timestamp: bigint): string {
  return new Date(Number(timestamp) * 1_000).toISOString().slice(0, 10)
}

export function timeOf(timestamp: bigint): string {
  return new Date(Number(timestamp) * 1_000).toISOString().replace('.000Z', 'Z')
}
