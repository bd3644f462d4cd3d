import { zeroHash } from 'viem'
import { describe, expect, it } from 'vitest'
import type { Call } from '../../../pipeline/serve/callJournal.ts'
import { takeBatch } from '../../../pipeline/serve/settle.ts'

/** A call that credits accounts `first` to `first + 7`. */
function callCrediting(first: number): Call {
  const rows = Array.from({ length: 8 }, (_, i) => ({ row: i, account: first + i, weight: 8_191 }))
  const hashes = { requestHash: zeroHash, responseHash: zeroHash, salt: zeroHash }
  return { id: `call ${first}`, payer: 1, feeGwei: 1n, ...hashes, rows, sketch: '0x00' }
}

describe('a batch', () => {
  it('takes as many calls as were asked for while they credit few contributors', () => {
    const calls = Array.from({ length: 300 }, () => callCrediting(1))
    expect(takeBatch(calls, 200)).toHaveLength(200)
  })

  it('ends where the next call would credit more contributors than the Ledger adds up at once', () => {
    const calls = Array.from({ length: 100 }, (_, i) => callCrediting(1 + 8 * i))
    expect(takeBatch(calls, 100)).toHaveLength(23)
  })

  it('ends where the next call would charge more payers than the Ledger can at once', () => {
    const calls = Array.from({ length: 250 }, (_, i) => ({ ...callCrediting(1), payer: i + 1 }))
    expect(takeBatch(calls, 250)).toHaveLength(192)
  })

  it('takes what there is', () => {
    expect(takeBatch([callCrediting(1)], 200)).toHaveLength(1)
  })
})
