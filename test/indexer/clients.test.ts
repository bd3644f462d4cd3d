import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client/core'
import { minifyIntrospection, outputIntrospectionFile } from '@gql.tada/internal'
import { codegen } from '@graphql-codegen/core'
import * as typescriptPlugin from '@graphql-codegen/typescript'
import * as operationsPlugin from '@graphql-codegen/typescript-operations'
import { Client, cacheExchange, fetchExchange } from '@urql/core'
import { buildClientSchema, getIntrospectionQuery, type IntrospectionQuery, parse, printSchema } from 'graphql'
import { GraphQLClient } from 'graphql-request'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask } from '../support/ask.ts'
import { type Indexing, indexTo } from '../support/indexing.ts'
import { tellOfABook } from '../support/scenario.ts'
import { type Setting, startSetting } from '../support/setting.ts'

/** What people would write against the API, and what it would answer them. */
const WALLET = `query Wallet($payout: Bytes!, $where: CreditWhere, $at: AsOfBlock) {
  accountByPayout(payout: $payout, block: $at) {
    id accountId claimableGwei
    credits(where: $where, limit: 5) { items { id role amountGwei timestamp model { id name } } totalCount }
  }
}`

interface Wallet {
  readonly accountByPayout: {
    readonly id: string
    readonly accountId: number
    readonly claimableGwei: string
    readonly credits: { readonly items: readonly { readonly id: string }[]; readonly totalCount: number }
  } | null
}

describe('the clients that people use', () => {
  let setting: Setting
  let indexer: Indexing
  let variables: { readonly payout: string; readonly where: object }
  let expected: Wallet
  let introspection: IntrospectionQuery
  let folder: string

  beforeAll(async () => {
    setting = await startSetting(77)
    await tellOfABook(setting.scenario)
    indexer = await indexTo(setting.ledger, await setting.postgres.newDatabase(), { pollMs: 1_000 })
    await indexer.atHead()
    const { credits } = await ask<{ credits: { items: { account: { payout: string } }[] } }>(
      indexer.url,
      '{ credits(where: { role: Operator }, limit: 1) { items { account { payout } } } }',
    )
    variables = {
      payout: credits.items[0]?.account.payout ?? '',
      where: { role: 'Operator', model_: { kind: 'FineTune' } },
    }
    expected = await ask<Wallet>(indexer.url, WALLET, variables)
    expect(expected.accountByPayout?.credits.totalCount).toBeGreaterThan(0)
    introspection = await ask<IntrospectionQuery>(indexer.url, getIntrospectionQuery())
    // Within the project, so that types of packages are found.
    mkdirSync('node_modules/.cache', { recursive: true })
    folder = mkdtempSync('node_modules/.cache/clients-')
  })
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true })
    await indexer?.close()
    await setting?.stop()
  })

  const typecheck = (files: Readonly<Record<string, string>>): void => {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content)
    const compilerOptions = {
      noEmit: true,
      strict: true,
      module: 'nodenext',
      target: 'es2024',
      types: [],
      skipLibCheck: true,
      allowImportingTsExtensions: true,
    }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: Object.keys(files) }))
    execFileSync('node_modules/.bin/tsc', ['-p', folder], { encoding: 'utf8' })
  }

  it('Apollo Client merges what is of one account, and keeps its past apart', async () => {
    const client = new ApolloClient({
      link: new HttpLink({ uri: `${indexer.url}/graphql`, fetch }),
      cache: new InMemoryCache(),
    })
    const query = gql(WALLET)
    const { data } = await client.query<Wallet>({ query, variables })
    expect(data?.accountByPayout).toMatchObject(expected.accountByPayout ?? {})
    const claimable = () =>
      client.readFragment<{ claimableGwei: string }>({
        id: `Account:${expected.accountByPayout?.id}`,
        fragment: gql('fragment Claimable on Account { claimableGwei }'),
      })?.claimableGwei
    const now = claimable()
    expect(now).toBe(expected.accountByPayout?.claimableGwei)

    const { _meta } = await ask<{ _meta: { block: number } }>(indexer.url, '{ _meta { block } }')
    const { accounts } = await ask<{ accounts: { items: { block: number }[] } }>(
      indexer.url,
      'query ($id: ID!) { accounts(where: { id: $id }) { items { block } } }',
      { id: expected.accountByPayout?.id },
    )
    const at = { number: accounts.items[0]?.block ?? _meta.block }
    const past = await client.query<Wallet>({ query, variables: { ...variables, at } })
    expect(past.data?.accountByPayout?.claimableGwei).toBe('0')
    expect(claimable()).toBe(now)
    client.stop()
  })

  it('urql asks by POST, and again by its cache', async () => {
    const client = new Client({
      url: `${indexer.url}/graphql`,
      exchanges: [cacheExchange, fetchExchange],
      preferGetMethod: false,
    })
    for (let turn = 0; turn < 2; turn++) {
      const { data, error } = await client.query<Wallet>(WALLET, variables).toPromise()
      expect(error).toBeUndefined()
      expect(data).toMatchObject({ ...expected })
    }
  })

  it('urql asks by GET', async () => {
    const client = new Client({ url: `${indexer.url}/graphql`, exchanges: [fetchExchange], preferGetMethod: 'force' })
    const { data, error } = await client.query<Wallet>(WALLET, variables).toPromise()
    expect(error).toBeUndefined()
    expect(data).toMatchObject({ ...expected })
  })

  it('graphql-request asks, and is told the code of an error', async () => {
    const client = new GraphQLClient(`${indexer.url}/graphql`)
    expect(await client.request<Wallet>(WALLET, variables)).toEqual(expected)
    await expect(client.request('{ accounts(limit: 0) { totalCount } }')).rejects.toMatchObject({
      response: { errors: [{ extensions: { code: 'BAD_REQUEST' } }] },
    })
  })

  it('graphql-codegen makes types that fit', async () => {
    const schema = parse(printSchema(buildClientSchema(introspection)))
    const made = (plugin: 'typescript' | 'operations', filename: string) =>
      codegen({
        filename,
        schema,
        documents: [{ location: 'wallet.graphql', document: parse(WALLET) }],
        config: { scalars: { BigInt: 'string', UInt: 'number', Bytes: 'string' }, useTypeImports: true },
        plugins: [{ [plugin]: {} }],
        pluginMap: { typescript: typescriptPlugin, operations: operationsPlugin },
      })
    typecheck({
      'types.ts': await made('typescript', 'types.ts'),
      'wallet.ts': await made('operations', 'wallet.ts'),
      'use.ts': `import type { CreditWhere, Role } from './types.ts'
        import type { WalletQuery } from './wallet.ts'
        export const where: CreditWhere = { model_: { name_contains_nocase: 'x' }, timestamp_gte: 1, amountGwei_gt: '5' }
        export const answer: WalletQuery = ${JSON.stringify(expected)} as WalletQuery
        export const role: Role | undefined = answer.accountByPayout?.credits.items[0]?.role as Role | undefined
        // @ts-expect-error: amounts are text
        export const amount: number | undefined = answer.accountByPayout?.claimableGwei`,
    })
  })

  it('gql.tada infers types that fit', () => {
    const env = outputIntrospectionFile(minifyIntrospection(introspection), {
      fileType: '.d.ts',
      shouldPreprocess: true,
    })
    typecheck({
      'introspection.d.ts': env,
      'tada.ts': `import { initGraphQLTada, type ResultOf, type VariablesOf } from 'gql.tada'
        import type { introspection } from './introspection.d.ts'
        const graphql = initGraphQLTada<{
          introspection: introspection
          scalars: { BigInt: string; UInt: number; Bytes: string }
        }>()
        const query = graphql(\`${WALLET}\`)
        type Account = NonNullable<ResultOf<typeof query>['accountByPayout']>
        export const asked: VariablesOf<typeof query> = { payout: '0x', where: { role: 'Operator', model_: { name_is_null: false } } }
        export const claimable = ({ claimableGwei }: Account): bigint => BigInt(claimableGwei)
        export const names = ({ credits }: Account): (string | null | undefined)[] => credits.items.map(({ model }) => model?.name)
        // @ts-expect-error: there is no such role
        export const wrong: VariablesOf<typeof query> = { payout: '0x', where: { role: 'Nobody' } }`,
    })
  })
})
