import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { journaled } from '../../chain/events/contracts.ts'
import { ask } from '../support/ask.ts'
import { indexTo } from '../support/indexing.ts'
import { type Setting, startSetting } from '../support/setting.ts'

describe('what an answer says of its own completeness', () => {
  let setting: Setting

  beforeAll(async () => {
    setting = await startSetting(2_301)
  })
  afterAll(async () => {
    await setting?.stop()
  })

  it('is the verdict of every block, the weakest of all, how final each block is, and whose facts are here', async () => {
    const { ledger, postgres, scenario } = setting
    const { reader } = ledger.connection
    const first = ledger.deployment.startBlock
    const database = await postgres.newDatabase()
    await (await indexTo(ledger, database, { verify: 'off', maxRange: 9 })).closeAtHead()
    const between = Number(await reader.getBlockNumber())
    await scenario.play(20)
    const indexer = await indexTo(ledger, database, { verify: 'receipts', maxRange: 9 })
    await indexer.atHead()
    const head = Number(await reader.getBlockNumber())

    const { number: finalised } = await reader.getBlock({ blockTag: 'finalized' })
    const { number: safe } = await reader.getBlock({ blockTag: 'safe' })
    const { _meta, completeness, stretches, ...blocks } = await ask<Told>(
      indexer.url,
      `query ($safe: ID!, $finalised: ID!, $head: ID!, $between: AsOfBlock) {
         _meta { completeFrom verdict safe finalised followed { contract last } }
         before: _meta(block: $between) { verdict }
         completeness { items { first last verdict } }
         earlier: completeness(block: $between) { items { first last verdict } }
         stretches(orderBy: first, orderDirection: desc, limit: 1) { items { last verdict journals safe finalised node } }
         latest: block(id: $head) { finality stretch { verdict } }
         justSafe: block(id: $safe) { finality }
         justFinal: block(id: $finalised) { finality stretch { verdict } } }`,
      { safe: Number(safe), finalised: Number(finalised), head, between: { number: between - 1 } },
    )
    await indexer.close()
    expect({ _meta, completeness, stretches, ...blocks }).toEqual({
      _meta: {
        completeFrom: first,
        verdict: 'Told',
        safe: Number(safe),
        finalised: Number(finalised),
        followed: journaled.toSorted().map((contract) => ({ contract, last: head })),
      },
      before: { verdict: 'Told' },
      completeness: {
        items: [
          { first, last: between, verdict: 'Told' },
          { first: between + 1, last: head, verdict: 'Receipts' },
        ],
      },
      earlier: { items: [{ first, last: between - 1, verdict: 'Told' }] },
      stretches: {
        items: [
          {
            last: head,
            verdict: 'Receipts',
            journals: 'Proof',
            safe: Number(safe),
            finalised: Number(finalised),
            node: ledger.rpcUrl,
          },
        ],
      },
      latest: { finality: 'Latest', stretch: { verdict: 'Receipts' } },
      justSafe: { finality: 'Safe' },
      justFinal: { finality: 'Finalised', stretch: { verdict: expect.stringMatching(/^(Told|Receipts)$/) } },
    })
  })
})

interface Told {
  readonly _meta: object
  readonly completeness: object
  readonly stretches: object
}
