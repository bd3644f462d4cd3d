import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask } from '../support/ask.ts'
import { type Indexing, indexTo } from '../support/indexing.ts'
import { tellOfABook } from '../support/scenario.ts'
import { type Setting, startSetting } from '../support/setting.ts'
import { surroundingsOf } from '../support/surroundings.ts'

describe('an assistant that asks the ledger over MCP', () => {
  let setting: Setting
  let indexer: Indexing
  let client: Client
  const call = async (name: string, args: Record<string, unknown> = {}) => {
    const { isError, structuredContent, content } = await client.callTool({ name, arguments: args })
    return { isError: isError === true, answer: structuredContent as Record<string, never>, content }
  }

  beforeAll(async () => {
    setting = await startSetting(78)
    await tellOfABook(setting.scenario)
    indexer = await indexTo(setting.ledger, await setting.postgres.newDatabase(), { pollMs: 1_000 })
    await indexer.atHead()
    client = new Client({ name: 'test', version: '1.0.0' })
    const args = ['cli/main.ts', 'mcp', '--api', indexer.url]
    const env = { PATH: process.env.PATH ?? '', ...surroundingsOf(setting.ledger) }
    await client.connect(new StdioClientTransport({ command: process.execPath, args, env }))
  })
  afterAll(async () => {
    await client?.close()
    await indexer?.close()
    await setting?.stop()
  })

  it('is offered tools that only read, each described', async () => {
    const { tools } = await client.listTools()
    expect(tools.map(({ name }) => name)).toEqual([
      'ledger_status',
      'account_by_address',
      'pending_pay',
      'model',
      'explain_answer',
      'find_names',
      'graphql',
      'graphql_type',
      'prove_answer',
      'prove_earnings',
    ])
    expect(tools.every(({ annotations, description }) => annotations?.readOnlyHint && description)).toBe(true)
  })

  it('is answered as GraphQL answers, by every question', async () => {
    const { accounts, inferences } = await ask<{
      accounts: { items: { payout: string; accountId: number; earnedGwei: string }[] }
      inferences: { items: { batchId: string; position: number; modelId: number }[] }
    }>(
      indexer.url,
      `{ accounts(orderBy: earnedGwei, orderDirection: desc, limit: 1) { items { payout accountId earnedGwei } }
         inferences(limit: 1) { items { batchId position modelId } } }`,
    )
    const [rich] = accounts.items
    const [inference] = inferences.items
    if (rich === undefined || inference === undefined) throw new Error('A book has accounts and calls')
    const { batchId: batch, position, modelId: model } = inference
    const { answer } = await call('account_by_address', { address: rich.payout })
    expect(answer.accountByPayout).toMatchObject({ accountId: rich.accountId, earnedGwei: rich.earnedGwei })
    for (const [name, args] of [
      ['ledger_status', {}],
      ['pending_pay', { account: rich.accountId }],
      ['model', { model }],
      ['explain_answer', { batch, position }],
      ['find_names', { text: 'a' }],
      ['graphql_type', { name: 'Inference' }],
      ['graphql', { query: 'query ($n: UInt!) { accounts(limit: $n) { totalCount } }', variables: { n: 1 } }],
    ] as const)
      expect({ name, ...(await call(name, args)) }).toMatchObject({ name, isError: false })
  })

  it('proves from a node what it says, against a block hash', async () => {
    const { hash } = await setting.ledger.connection.reader.getBlock()
    const [batch, position] = [1, 0]
    expect((await call('prove_answer', { batch, position, blockHash: hash })).answer).toMatchObject({ stands: true })
    const { answer } = await call('prove_earnings', { account: 1, blockHash: hash })
    const { account } = await ask<{ account: { earnedGwei: string; claimedGwei: string } }>(
      indexer.url,
      '{ account(id: "1") { earnedGwei claimedGwei } }',
    )
    expect(answer).toMatchObject(account)
    const other = await call('prove_earnings', { account: 1, blockHash: `0x${'11'.repeat(32)}` })
    expect(other.isError).toBe(true)
  })

  it('gets what is wrong with a question as an answer, and asks on', async () => {
    expect(await call('graphql', { query: '{ nothing }' })).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('Cannot query field "nothing"') }],
    })
    expect((await call('account_by_address', { address: 'me' })).isError).toBe(true)
    expect((await call('graphql', { query: 'mutation { claim }' })).isError).toBe(true)
    expect((await call('ledger_status')).isError).toBe(false)
  })
})
