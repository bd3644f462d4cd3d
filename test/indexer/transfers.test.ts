import { join } from 'node:path'
import {
  type Address,
  concatHex,
  createTestClient,
  encodeAbiParameters,
  type Hex,
  http,
  maxUint256,
  parseAbiItem,
} from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TRANSFER } from '../../chain/events/contracts.ts'
import type { DatabaseLocation } from '../../indexer/store/database.ts'
import { ask } from '../support/ask.ts'
import { indexTo } from '../support/indexing.ts'
import { type Setting, startSetting } from '../support/setting.ts'

interface Moved {
  readonly from: Hex
  readonly to: Hex
  readonly amountWei: string
  readonly block: number
  readonly logIndex: number
  readonly transactionHash: Hex
}

interface Answer {
  readonly transfers: { readonly items: readonly Moved[]; readonly totalCount: number }
  readonly _meta: { readonly followed: readonly { readonly contract: string; readonly last: number }[] }
}

const QUERY = `query ($where: TransferWhere, $by: TransferOrderBy, $dir: OrderDirection) {
  transfers(where: $where, orderBy: $by, orderDirection: $dir, limit: 500) {
    items { from to amountWei block logIndex transactionHash } totalCount
  }
  _meta { followed { contract last } }
}`

const transferEvent = parseAbiItem('event Transfer(address indexed from, address indexed to, uint256 value)')

/** A token that says whatever it is called with: Transfer(word 0, word 1, word 2). */
const PARROT = concatHex([
  '0x602060406000', // to copy word 2 to memory
  '0x37',
  '0x602035600035', // the indexed words
  '0x7f',
  TRANSFER,
  '0x60206000a300',
])

describe('transfers of OPEN', () => {
  let setting: Setting
  beforeAll(async () => {
    setting = await startSetting(41)
    await setting.scenario.play(25)
  })
  afterAll(async () => await setting?.stop())

  const told = async (address: Address): Promise<readonly Moved[]> => {
    const { reader } = setting.ledger.connection
    const logs = await reader.getLogs({ address, event: transferEvent, fromBlock: 0n, strict: true })
    return logs.map(({ args, blockNumber, logIndex, transactionHash }) => ({
      from: args.from.toLowerCase() as Hex,
      to: args.to.toLowerCase() as Hex,
      amountWei: args.value.toString(),
      block: Number(blockNumber),
      logIndex,
      transactionHash,
    }))
  }

  const databases: readonly (readonly [string, () => DatabaseLocation | Promise<DatabaseLocation>])[] = [
    ['embedded', () => ({ kind: 'embedded', folder: join(setting.ledger.folder, 'transfers') })],
    ['on PostgreSQL', () => setting.postgres.newDatabase()],
  ]

  it.each(databases)('are listed as the token told them, %s', async (_, database) => {
    const { deployment, connection, wallets } = setting.ledger
    const indexer = await indexTo(setting.ledger, await database(), { transfers: true })
    try {
      await indexer.atHead()
      const all = await told(deployment.contracts.openToken)
      const since = all.filter(({ block }) => block >= deployment.startBlock)
      const { transfers, _meta } = await ask<Answer>(indexer.url, QUERY)
      expect(transfers).toEqual({ items: since, totalCount: since.length })
      const head = Number(await connection.reader.getBlockNumber())
      expect(_meta.followed).toContainEqual({ contract: 'openToken', last: head })

      const payer = wallets.deployer.address.toLowerCase()
      const largestFirst = await ask<Answer>(indexer.url, QUERY, {
        where: { from: payer },
        by: 'amountWei',
        dir: 'desc',
      })
      const sent = since.filter(({ from }) => from === payer)
      const sorted = sent.toSorted((a, b) => Number(BigInt(b.amountWei) - BigInt(a.amountWei)) || b.block - a.block)
      expect(largestFirst.transfers.items).toEqual(sorted)

      const earnings = deployment.contracts.earnings.toLowerCase()
      const where = { to_in: [earnings], amountWei_gte: '1000000000', block_gt: deployment.startBlock }
      const received = since.filter(({ to, amountWei }) => to === earnings && BigInt(amountWei) >= 10n ** 9n)
      expect((await ask<Answer>(indexer.url, QUERY, { where })).transfers.items).toEqual(received)
      expect(received.length).toBeGreaterThan(0)
    } finally {
      await indexer.close()
    }
  })

  it('are left alone unless they are asked for', async () => {
    const indexer = await indexTo(setting.ledger, await setting.postgres.newDatabase())
    try {
      await indexer.atHead()
      const { transfers, _meta } = await ask<Answer>(indexer.url, QUERY)
      expect(transfers).toEqual({ items: [], totalCount: 0 })
      expect(_meta.followed.map(({ contract }) => contract)).not.toContain('openToken')
    } finally {
      await indexer.close()
    }
  })

  it('keep their last digit, however large', async () => {
    const { ledger } = setting
    const { reader } = ledger.connection
    const address: Address = `0x${'7e57'.repeat(10)}`
    await createTestClient({ mode: 'anvil', chain: reader.chain, transport: http(ledger.rpcUrl) }).setCode({
      address,
      bytecode: PARROT,
    })
    const [from, to] = [ledger.wallets.owner.address, ledger.wallets.operator.address]
    const amounts = [maxUint256, maxUint256 - 1n, 0n, 2n ** 64n]
    for (const amount of amounts) {
      const data = encodeAbiParameters(
        [{ type: 'address' }, { type: 'address' }, { type: 'uint256' }],
        [from, to, amount],
      )
      const hash = await ledger.walletOf(ledger.wallets.deployer).sendTransaction({ to: address, data })
      await reader.waitForTransactionReceipt({ hash })
    }
    const deployment = { ...ledger.deployment, contracts: { ...ledger.deployment.contracts, openToken: address } }
    const indexer = await indexTo({ ...ledger, deployment }, await setting.postgres.newDatabase(), { transfers: true })
    try {
      await indexer.atHead()
      const { transfers } = await ask<Answer>(indexer.url, QUERY)
      expect(transfers.items.map(({ amountWei }) => BigInt(amountWei))).toEqual(amounts)
      const { transfers: largest } = await ask<Answer>(indexer.url, QUERY, { where: { amountWei: `${maxUint256}` } })
      expect(largest.totalCount).toBe(1)
    } finally {
      await indexer.close()
    }
  })
})
