import { parseReceipt, type Receipt } from '@attribution-ledger/sdk'
import type { Hex } from 'viem'
import type { Tally } from './vouchers.ts'

/** Questions, answers and receipts of this browser. They are kept here alone, until their reader removes them. */

export interface KeptCall {
  readonly id: string
  /** What the gateway calls the model. */
  readonly name: string
  readonly question: string
  readonly said: string
  readonly probability?: number | undefined
  readonly feeGwei: string
  /** Of the record that the receipt promises. */
  readonly recordHash: Hex
  readonly receipt: Receipt
  /** Why the receipt does not hold the operator to its answer. */
  readonly fault?: string | undefined
}

const MOST = 20
const callsKey = (ledger: string) => `asked ${ledger}`
const tallyKey = (ledger: string, channel: string) => `signed ${ledger} ${channel}`

/** The newest first. */
export function keptCalls(ledger: string): readonly KeptCall[] {
  const kept = read(callsKey(ledger))
  return Array.isArray(kept) ? kept.filter(isKept) : []
}

/** As many of the newest as the browser has room for. */
export function keepCalls(ledger: string, calls: readonly KeptCall[], most = MOST): void {
  try {
    localStorage.setItem(callsKey(ledger), JSON.stringify(calls.slice(0, most)))
  } catch {
    if (most > 0) keepCalls(ledger, calls, most - 1)
  }
}

export function tallyOf(ledger: string, channel: string): Tally {
  const { signedUnits, servedUnits } = (read(tallyKey(ledger, channel)) ?? {}) as Partial<Tally>
  return { signedUnits: Number(signedUnits) || 0, servedUnits: Number(servedUnits) || 0 }
}

export function keepTally(ledger: string, channel: string, tally: Tally): void {
  localStorage.setItem(tallyKey(ledger, channel), JSON.stringify(tally))
}

/** A file for the answer's page and for `attribution receipt verify`. */
export function receiptFile({ id, question, said, receipt }: KeptCall): string {
  return `${JSON.stringify({ id, question, answer: said, receipt }, null, 2)}\n`
}

function read(key: string): unknown {
  try {
    return JSON.parse(localStorage.getItem(key) ?? 'null')
  } catch {
    return undefined
  }
}

function isKept(call: KeptCall): boolean {
  try {
    parseReceipt(JSON.stringify(call.receipt), 'it')
    return [call.id, call.name, call.question, call.said, call.feeGwei, call.recordHash].every(
      (text) => typeof text === 'string',
    )
  } catch {
    return false
  }
}
