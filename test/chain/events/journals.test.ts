import * as fc from 'fast-check'
import type { Hex } from 'viem'
import { describe, expect, it } from 'vitest'
import { type ChainLog, followedOf, journaled, namesFollowed } from '../../../chain/events/contracts.ts'
import { emptyJournals, type Journals, replayJournals } from '../../../chain/events/journals.ts'
import { rollingJournal } from '../../../chain/events/rollingJournal.ts'
import { eventHash, journalStep } from '../../../sdk/journal.ts'
import { paperDeployment } from '../../support/paperDeployment.ts'

const followed = followedOf(paperDeployment, namesFollowed({ transfers: true }))

const hex = (bytes: Uint8Array): Hex => `0x${Buffer.from(bytes).toString('hex')}`
const anyBytes = (minLength: number, maxLength: number) => fc.uint8Array({ minLength, maxLength }).map(hex)
const anyLog = fc.record({
  address: fc.constantFrom(...followed.contracts.map(({ address }) => address), `0x${'99'.repeat(20)}` as const),
  topics: fc.array(anyBytes(32, 32), { maxLength: 4 }),
  data: fc.oneof(anyBytes(0, 200), anyBytes(4_000, 9_000)),
})
/** Some logs a block, and some blocks without any. */
const anyLogs = fc.array(fc.tuple(anyLog, fc.nat(2)), { maxLength: 20 }).map((drawn) => {
  let block = 5n
  return drawn.map(([log, later], i): ChainLog => {
    block += BigInt(later)
    return {
      ...log,
      block,
      blockHash: hex(new Uint8Array(32)),
      logIndex: BigInt(i),
      transactionHash: hex(new Uint8Array(32)),
    }
  })
})

/** As sdk/journal.ts says it, event by event. */
function plainReplay(before: Journals, logs: readonly ChainLog[]) {
  const journals = { ...before }
  const moves = new Map<string, unknown>()
  for (const { address, topics, data, block } of logs) {
    const contract = journaled.find((name) => paperDeployment.contracts[name] === address)
    if (contract === undefined) continue
    journals[contract] = journalStep(journals[contract], eventHash(topics, data))
    moves.set(`${contract} ${block}`, { block, contract, slot: journals[contract] })
  }
  return { journals, moves: new Set(moves.values()) }
}

describe('journals', () => {
  it('are rolled as sdk/journal.ts rolls them, in whatever pieces', () => {
    fc.assert(
      fc.property(anyLogs, fc.nat(20), (logs, cut) => {
        const whole = replayJournals(followed, emptyJournals, logs)
        const first = replayJournals(followed, emptyJournals, logs.slice(0, cut))
        const then = replayJournals(followed, first.journals, logs.slice(cut))
        expect({ ...whole, moves: new Set(whole.moves) }).toEqual(plainReplay(emptyJournals, logs))
        expect(then.journals).toEqual(whole.journals)
      }),
      { numRuns: 300 },
    )
  })

  it('count on from where the slot stands, beyond 32 bits too', () => {
    const slot: Hex = `0x${'ab'.repeat(26)}0000ffffffff`
    const log = { topics: [hex(new Uint8Array(32).fill(7))], data: '0x1234' } as const
    const journal = rollingJournal(slot)
    journal.add(log)
    expect(journal.slot()).toBe(journalStep(slot, eventHash(log.topics, log.data)))
    expect(journal.slot().slice(-12)).toBe('000100000000')
  })

  it('take no topic that is no hash', () => {
    const journal = rollingJournal(emptyJournals.accounts)
    expect(() => journal.add({ topics: ['0x12'], data: '0x' })).toThrow('"0x12" is not a hash')
    expect(() => rollingJournal('0x12')).toThrow('"0x12" is not a hash')
  })
})
