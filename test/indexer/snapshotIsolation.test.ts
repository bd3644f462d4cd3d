import type { KyselyPlugin } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { computedBy } from '../../indexer/api/computed/computed.ts'
import { graphqlEngine } from '../../indexer/api/graphql.ts'
import { headLooks } from '../../indexer/api/headLooks.ts'
import type { Head } from '../../indexer/api/query/asOf.ts'
import { openDatabase } from '../../indexer/store/database.ts'
import { historiesIn } from '../../indexer/store/histories.ts'
import { openStore } from '../../indexer/store/store.ts'
import { undoAbove } from '../../indexer/store/undo.ts'
import { indexTo } from '../support/indexing.ts'
import { type Setting, startSetting } from '../support/setting.ts'

const QUESTION = `{ _meta { block } blocks(orderBy: number, orderDirection: desc, limit: 1) { items { number } }
  batches(limit: 100) { totalCount items { id } } }`

const NEWEST = '{ blocks(orderBy: number, orderDirection: desc, limit: 1) { items { number } } }'

interface Answer {
  readonly data: {
    readonly _meta: { readonly block: number }
    readonly blocks: { readonly items: readonly { readonly number: number }[] }
    readonly batches: { readonly totalCount: number; readonly items: readonly unknown[] }
  } | null
  readonly errors?: readonly { readonly extensions: { readonly code: string } }[]
}

describe('an answer during which the chain is reorganised', () => {
  let setting: Setting

  beforeAll(async () => {
    setting = await startSetting(5)
    await setting.scenario.play(30)
  })
  afterAll(async () => {
    await setting?.stop()
  })

  /** Asks, while after every statement of an answer, as often as `times` says, a block is reverted. */
  async function answerAmidReorgs(times: number, query = QUESTION) {
    const database = await setting.postgres.newDatabase()
    await (await indexTo(setting.ledger, database)).closeAtHead()
    const connections = await openDatabase(database)
    const [found] = await historiesIn(connections.reader('public'))
    const reader = connections.reader(found?.schema ?? '')
    const identity = await reader.selectFrom('identity').selectAll().executeTakeFirstOrThrow()
    const store = await openStore(connections, identity)
    let head = found?.head ?? 0n
    let left = times
    const reorgs: KyselyPlugin = {
      transformQuery: ({ node }) => node,
      transformResult: async ({ result }) => {
        if (left > 0) {
          left -= 1
          head -= 1n
          await undoAbove(store, head)
        }
        return result
      },
    }
    let [looks, statements] = [0, 0]
    const look = headLooks(reader.withPlugin(reorgs))
    const sources = {
      db: reader.withPlugin(reorgs).withPlugin({
        transformQuery: ({ node }) => node,
        transformResult: async ({ result }) => {
          statements += 1
          return result
        },
      }),
      identity,
      look: (head?: Head) => {
        looks += 1
        return look(head)
      },
      statements: () => statements,
      status: async () => undefined,
      computed: computedBy(undefined),
    }
    const engine = graphqlEngine(
      async () => {
        statements = 0
        return sources
      },
      () => {},
    )
    const { signal } = new AbortController()
    const answer = (await engine.prepare({ query }).execute(signal)) as unknown as Answer
    await store.close()
    await connections.close()
    return { answer, head, looks }
  }

  it('speaks of the branch after the reorg alone', async () => {
    const { answer, head } = await answerAmidReorgs(1)
    expect(answer.data?._meta.block).toBe(Number(head))
    expect(answer.data?.blocks.items).toEqual([{ number: Number(head) }])
    expect(answer.data?.batches.items).toHaveLength(answer.data?.batches.totalCount ?? -1)
  })

  it('of one statement looks at the head once, since the statement itself says whether it was reverted', async () => {
    const still = await answerAmidReorgs(0, NEWEST)
    expect(still.answer.data?.blocks.items).toEqual([{ number: Number(still.head) }])
    expect(still.looks).toBe(1)
    const { answer, head } = await answerAmidReorgs(1, NEWEST)
    expect(answer.data?.blocks.items).toEqual([{ number: Number(head) }])
  })

  it('ends with a code that says to ask again, where reorgs go on', async () => {
    const { answer } = await answerAmidReorgs(60)
    expect(answer.data ?? null).toBeNull()
    expect(answer.errors?.map(({ extensions }) => extensions.code)).toEqual(['REORGED'])
  })
})
