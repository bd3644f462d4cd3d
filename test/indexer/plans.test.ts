import { graphql } from 'graphql'
import { CamelCasePlugin, Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { computedBy } from '../../indexer/api/computed/computed.ts'
import { headLooks } from '../../indexer/api/headLooks.ts'
import { contextOf } from '../../indexer/api/query/context.ts'
import { schema } from '../../indexer/api/schema/schema.ts'
import { sessionSettings } from '../../indexer/store/queryPool.ts'
import type { Database } from '../../indexer/store/schema.ts'
import { parsers } from '../../indexer/store/types.ts'
import { FILLED, fillHistory } from '../support/filledHistory.ts'
import { identity } from '../support/identity.ts'
import { type PostgresServer, startPostgres } from '../support/postgres.ts'

/** What the pages of wallets, dApps and auditors ask, at the size that people have. */
const QUESTIONS: Readonly<Record<string, string>> = {
  'an account by its address': `{ accountByPayout(payout: "$PAYOUT") { id claimableGwei earnedGwei } }`,
  'accounts of an address': `{ accounts(where: { payout: "$PAYOUT" }) { items { id acting } } }`,
  'an account’s claims, newest first':
    '{ account(id: 7) { claims(orderBy: timestamp, orderDirection: desc, limit: 20) { items { amountGwei timestamp } } } }',
  'an account’s credits, newest first':
    '{ account(id: 7) { credits(orderBy: timestamp, orderDirection: desc, limit: 20) { items { amountGwei role timestamp } } } }',
  'an account’s days':
    '{ account(id: 7) { accountDays(orderBy: day, orderDirection: desc, limit: 30) { items { day earnedGwei } } } }',
  'an account’s days by model':
    '{ accountModelDays(where: { accountId: 7 }, orderBy: day, orderDirection: desc, limit: 30) { items { day modelId earnedGwei } } }',
  'calls that an account paid for':
    '{ account(id: 7) { inferences(orderBy: timestamp, orderDirection: desc, limit: 20) { items { feeGwei status timestamp } } } }',
  'who earned most':
    '{ accounts(orderBy: earnedGwei, orderDirection: desc, limit: 20) { items { id payout acting earnedGwei claimableGwei } } }',
  'who can claim most':
    '{ accounts(orderBy: claimableGwei, orderDirection: desc, limit: 20) { items { id claimableGwei } } }',
  'the latest calls':
    '{ inferences(orderBy: timestamp, orderDirection: desc, limit: 20) { items { id modelId feeGwei status timestamp model { id name } payer { id payout } } } }',
  'the latest calls of a model':
    '{ inferences(where: { modelId: 3 }, orderBy: timestamp, orderDirection: desc, limit: 20) { items { id feeGwei timestamp } } }',
  'the latest calls of an operator':
    '{ inferences(where: { operatorId: 3 }, orderBy: timestamp, orderDirection: desc, limit: 20) { items { id feeGwei } } }',
  'calls of a day':
    '{ inferences(where: { timestamp_gte: 1700030000, timestamp_lt: 1700031000 }, orderBy: timestamp, limit: 20) { items { id feeGwei timestamp } } }',
  'old calls, newest first':
    '{ inferences(where: { timestamp_lt: 1700012000 }, orderBy: timestamp, orderDirection: desc, limit: 20) { items { id } } }',
  'the calls of several models':
    '{ models(limit: 10) { items { id inferences(orderBy: timestamp, orderDirection: desc, limit: 10) { items { id feeGwei } } } } }',
  'a model’s best paid contributors':
    '{ modelContributors(where: { modelId: 3 }, orderBy: paidGwei, orderDirection: desc, limit: 10) { items { accountId weight paidGwei } } }',
  'the latest batches':
    '{ batches(orderBy: timestamp, orderDirection: desc, limit: 20) { items { id feesGwei timestamp } } }',
  'the latest batches of a model':
    '{ batches(where: { modelId: 3 }, orderBy: timestamp, orderDirection: desc, limit: 20) { items { id feesGwei } } }',
  'the calls of a book': '{ inferences(where: { bookId: "$BOOK" }, limit: 20) { items { id feeGwei status } } }',
  'the calls of a channel': '{ inferences(where: { channelId: "$CHANNEL" }, limit: 20) { items { id feeGwei } } }',
  'a book’s batches':
    '{ books(where: { modelId: 3 }, limit: 5) { items { id settleableAt batches(limit: 20) { items { id root sumHash } } } } }',
  'a call with its proof': '{ inference(id: "17-3") { record proof { path root } batch { root count units } } }',
  'a contributor’s contributions':
    '{ account(id: 7) { contributions { items { id status } } units { items { id receivedGwei } } } }',
  'the newest block':
    '{ _meta { block hash lag } blocks(orderBy: timestamp, orderDirection: desc, limit: 5) { items { number hash } } }',
}

/** Tables that grow with use. */
const LARGE = [
  'block',
  'account_opened',
  'account_now',
  'account_total',
  'inference',
  'channel_charged',
  'batch_recorded',
  'reward_claimed',
  'contribution_submitted',
  'unit_paid',
  'unit_weighed',
  'unit_kept',
]
/** Pages of 8 KB that a question reads, at most: about 20 ms of a processor. */
const MOST_PAGES = 4_000

interface Plan {
  readonly 'Node Type': string
  readonly 'Relation Name'?: string
  readonly 'Actual Rows': number
  readonly 'Actual Loops': number
  readonly 'Shared Hit Blocks': number
  readonly 'Shared Read Blocks': number
  readonly Plans?: readonly Plan[]
}

describe(`at ${FILLED.accounts} accounts and ${FILLED.batches * FILLED.records} calls, the database reads by indexes`, () => {
  let postgres: PostgresServer
  let db: Kysely<Database>
  let pool: pg.Pool
  let names: Readonly<Record<string, string>>
  let statements: { sql: string; parameters: readonly unknown[] }[] = []

  beforeAll(async () => {
    postgres = await startPostgres()
    const { url, schema: history } = await fillHistory(postgres)
    pool = new pg.Pool({
      connectionString: url,
      max: 2,
      types: { getTypeParser: (oid, format) => parsers[oid] ?? pg.types.getTypeParser(oid, format) },
      onConnect: (client) => client.query(`set search_path to ${history}; ${sessionSettings(60_000)}`) as never,
    })
    // The server stops before all of its clients are gone.
    pool.on('error', () => {})
    db = new Kysely<Database>({
      dialect: new PostgresDialect({ pool }),
      plugins: [new CamelCasePlugin()],
      log: ({ query }) => {
        statements.push(query)
      },
    })
    const { rows } = await pool.query('select payout from account_opened where account = 7')
    const { rows: first } = await pool.query(
      'select r.book, c.channel from batch_recorded r join channel_charged c on c.batch = r.batch where r.batch = 7',
    )
    names = { $PAYOUT: rows[0].payout, $BOOK: `${first[0].book}`, $CHANNEL: first[0].channel }
  }, 300_000)
  afterAll(async () => {
    await db?.destroy()
    await postgres?.stop()
  })

  /** As they are planned by the API: once for any values, by name. */
  const plansOf = async (): Promise<readonly Plan[]> => {
    const asked = statements
    statements = []
    const plans: Plan[] = []
    for (const { sql, parameters } of asked) {
      const client = await pool.connect()
      try {
        await client.query(`prepare asked as ${sql}`)
        const values = parameters.length === 0 ? '' : `(${parameters.map(literal).join(', ')})`
        const { rows } = await client.query(`explain (analyze, buffers, format json) execute asked${values}`)
        plans.push(rows[0]['QUERY PLAN'][0].Plan)
      } finally {
        await client.query('deallocate all')
        client.release()
      }
    }
    return plans
  }
  const nodes = (plan: Plan): readonly Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodes)]

  it.each(Object.keys(QUESTIONS))('%s', async (name) => {
    const source = (QUESTIONS[name] ?? '').replace(/\$[A-Z]+/, (name) => names[name] ?? name)
    const contextValue = contextOf({
      db,
      identity,
      look: headLooks(db),
      status: async () => undefined,
      computed: computedBy(undefined),
    })
    statements = []
    const { errors } = await graphql({ schema, source, contextValue })
    expect(errors).toBeUndefined()
    const plans = await plansOf()
    expect(plans.length).toBeGreaterThan(0)
    const scanned = plans
      .flatMap(nodes)
      .filter((node) => node['Node Type'] === 'Seq Scan' && LARGE.includes(node['Relation Name'] ?? ''))
      .map((node) => node['Relation Name'])
    const pages = plans.reduce((sum, plan) => sum + plan['Shared Hit Blocks'] + plan['Shared Read Blocks'], 0)
    expect({ scanned, pages: pages <= MOST_PAGES ? 'few' : pages }).toEqual({ scanned: [], pages: 'few' })
  })
})

function literal(value: unknown): string {
  if (value === null) return 'null'
  if (Buffer.isBuffer(value)) return `'\\x${value.toString('hex')}'`
  if (Array.isArray(value)) {
    return `'{${value.map((one) => (Buffer.isBuffer(one) ? `"\\\\x${one.toString('hex')}"` : one)).join(',')}}'`
  }
  return typeof value === 'string' ? pg.escapeLiteral(value) : String(value)
}
