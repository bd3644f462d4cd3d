import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask } from '../support/ask.ts'
import { everyField, isEnumField, lists, normal, toldArguments } from '../support/everyField.ts'
import { type Indexing, indexTo } from '../support/indexing.ts'
import { tellOfABook } from '../support/scenario.ts'
import { type Setting, startSetting } from '../support/setting.ts'

type Row = Readonly<Record<string, unknown>>

const SLOW_MS = 300_000
/** What a scenario tells by chance alone only now and then. */
const SELDOM = ['proposeCurator', 'demandUnit', 'requestChannelWithdrawal', 'letTheNoticePass', 'withdrawChannel']
/** Computing these takes long, so fewer are asked for. */
const FEW: Readonly<Record<string, number>> = { Book: 6, Inference: 30, Batch: 100 }
/** What stands now, and not what the event said. */
const SINCE_CHANGED = new Set(['Batch.units', 'Batch.root', 'Batch.sumHash'])

/** Several of one event, which says their sum. */
const PARTS = new Set(['Credit', 'ChannelCharge'])

describe('every field of every type', () => {
  let setting: Setting
  let indexer: Indexing
  const rowsOf = new Map<string, readonly Row[]>()

  beforeAll(async () => {
    setting = await startSetting(20_261_123)
    await tellOfABook(setting.scenario)
    await setting.scenario.does(...SELDOM)
    await setting.scenario.play(140)
    indexer = await indexTo(setting.ledger, await setting.postgres.newDatabase(), { pollMs: 1_000, transfers: true })
    await indexer.atHead()
    for (const { list, type } of lists) {
      const fields = everyField(type)
      const counts = fields.split('totalCount').length - 1
      const limit = Math.min(FEW[type] ?? 150, counts === 0 ? 150 : Math.floor(500 / counts))
      const query = `{ list: ${list}(limit: ${limit}) { items { ${fields} } } }`
      rowsOf.set(type, (await ask<{ list: { items: readonly Row[] } }>(indexer.url, query)).list.items)
    }
  }, SLOW_MS)
  afterAll(async () => {
    await indexer?.close()
    await setting?.stop()
  })

  const each = function* (): Generator<{ type: string; row: Row }> {
    for (const [type, rows] of rowsOf) for (const row of rows) yield { type, row }
  }

  it('is answered on a history in which all of it happened', () => {
    const empty = [...rowsOf].filter(([, rows]) => rows.length === 0).map(([type]) => type)
    expect(empty).toEqual(['RevertedBlock', 'RevertedFact'])
  })

  it('names what it belongs to by the number that its link has', () => {
    for (const { type, row } of each()) {
      for (const [field, value] of Object.entries(row)) {
        const link = field.endsWith('Id') ? row[field.slice(0, -2)] : undefined
        if (link === undefined || link === null || typeof link !== 'object' || field === 'unitId') continue
        expect([type, field, (link as Row).id]).toEqual([type, field, normal(value)])
      }
    }
  })

  it('tells the time and the transaction of its block, as the chain has them', async () => {
    const { reader } = setting.ledger.connection
    const blocks = new Map<number, { readonly timestamp: number; readonly transactions: readonly string[] }>()
    for (const { type, row } of each()) {
      if (typeof row.block !== 'number' || !('timestamp' in row)) continue
      if (!blocks.has(row.block)) {
        const { timestamp, transactions } = await reader.getBlock({ blockNumber: BigInt(row.block) })
        blocks.set(row.block, { timestamp: Number(timestamp), transactions })
      }
      const block = blocks.get(row.block)
      expect([type, row.timestamp]).toEqual([type, block?.timestamp])
      // A settlement's is of its last page, an operator's of what was last set.
      if (typeof row.transactionHash === 'string' && type !== 'Settlement') {
        expect([type, block?.transactions.includes(row.transactionHash)]).toEqual([type, true])
      }
    }
  })

  it('is what the contracts said in the event that it comes from', async () => {
    const told = await toldArguments(setting.ledger)
    const compared = new Set<string>()
    const wrong: string[] = []
    for (const { type, row } of each()) {
      const args = told.get(`${row.block} ${row.logIndex}`)
      if (args === undefined || PARTS.has(type)) continue
      for (const [field, value] of Object.entries(row)) {
        const expected = args[field] ?? args[field.replace(/Id$/, '')]
        const name = `${type}.${field}`
        const isText = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
        if (expected === undefined || !isText || isEnumField(type, field) || SINCE_CHANGED.has(name)) continue
        compared.add(name)
        if (normal(value) !== expected) wrong.push(`${name} of ${row.id}: ${value}, and not ${expected}`)
      }
    }
    expect(wrong).toEqual([])
    expect(compared.size).toBeGreaterThan(80)
  })
})
