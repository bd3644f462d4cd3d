import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { NodeContradictsItself } from '../../indexer/sync/contradiction.ts'
import { ask } from './support/ask.ts'
import { indexTo } from './support/indexing.ts'
import { type Lie, startLyingNode } from './support/lyingNode.ts'
import { type Setting, startSetting } from './support/setting.ts'

interface Log {
  readonly data: string
  readonly topics: readonly string[]
  readonly blockHash: string
}

const aboutLogs =
  (falsify: (logs: readonly Log[]) => readonly Log[]): Lie =>
  ({ method, result }) =>
    method === 'eth_getLogs' ? falsify(result as readonly Log[]) : result

const lies: Readonly<Record<string, { readonly lie: Lie; readonly named: RegExp }>> = {
  'hides one log': { lie: aboutLogs((logs) => logs.slice(1)), named: /do not add up to its journal/ },
  'hides every log': { lie: aboutLogs(() => []), named: /do not add up to its journal/ },
  'tells one log twice': { lie: aboutLogs((logs) => [...logs.slice(0, 1), ...logs]), named: /came twice/ },
  'changes a topic': {
    lie: aboutLogs((logs) => {
      const indexed = logs.find(({ topics }) => topics.length > 2)
      return logs.map((log) => (log === indexed ? { ...log, topics: log.topics.toReversed() } : log))
    }),
    named: /do not add up to its journal/,
  },
  'takes a log from another branch': {
    lie: aboutLogs((logs) => logs.map((log, i) => (i === 3 ? { ...log, blockHash: `0x${'ab'.repeat(32)}` } : log))),
    named: /another branch/,
  },
  'breaks the chain of blocks': {
    lie: ({ method, params, result }) =>
      method === 'eth_getBlockByNumber' && params[0] === '0x14'
        ? { ...(result as object), parentHash: `0x${'cd'.repeat(32)}` }
        : result,
    named: /does not follow the one before it/,
  },
}

describe('a node that', () => {
  let setting: Setting

  beforeAll(async () => {
    setting = await startSetting(3)
  })
  afterAll(async () => {
    await setting?.stop()
  })

  for (const [doing, { lie, named }] of Object.entries(lies)) {
    it(`${doing} is found out, and nothing of it is stored`, async () => {
      const { ledger, postgres } = setting
      const node = await startLyingNode(ledger.rpcUrl, lie)
      const database = await postgres.newDatabase()
      const indexer = await indexTo({ ...ledger, rpcUrl: node.url }, database, { pollMs: 10 })

      const failure = await indexer.stopped.catch((error: unknown) => error)
      expect(failure).toBeInstanceOf(NodeContradictsItself)
      expect(String(failure)).toMatch(named)
      await expect(ask(indexer.url, '{ _meta { block } }')).rejects.toThrow('NOT_READY')
      await indexer.close()
      await node.stop()

      const honest = await indexTo(ledger, database)
      await honest.closeAtHead()
    })
  }
})
