import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { type Hex, keccak256, toHex } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ensureContribution } from '../../../pipeline/publish/contribute.ts'
import { statusOf } from '../../../pipeline/publish/contribution.ts'
import { type DatasetTerms, ensureDataset, ensureVersion } from '../../../pipeline/publish/dataset.ts'
import { ensureCommitment } from '../../../pipeline/publish/items.ts'
import { type LocalLedger, startLocalLedger } from '../../support/localLedger.ts'

const terms: DatasetTerms = {
  licence: 'CC0-1.0',
  termsHash: keccak256(toHex('terms')),
  metadataHash: keccak256(toHex('card')),
  metadataURI: 'ipfs://card',
}

describe('a dataset on its way onto the chain', () => {
  let local: LocalLedger
  beforeAll(async () => {
    local = await startLocalLedger(3)
  })
  afterAll(() => local.stop())

  const contributeAll = async (dataset: number): Promise<Hex[]> => {
    const { connection, wallets, walletOf, folder } = local
    return await Promise.all(
      wallets.contributors.map(async (contributor, i) => {
        const items = [
          { label: 'ham', text: `mail ${i}` },
          { label: 'spam', text: `offer ${i}` },
        ]
        const commitment = ensureCommitment(join(folder, `${i}.json`), items, () => randomBytes(32))
        return (await ensureContribution(connection, walletOf(contributor), dataset, commitment)).contribution
      }),
    )
  }

  it('is registered, filled and frozen, and a second pass finds all of it and sends nothing', async () => {
    const { connection, wallets, walletOf } = local
    const curator = walletOf(wallets.curator)
    const publish = async () => {
      const dataset = await ensureDataset(connection, curator, terms)
      const contributions = await contributeAll(dataset)
      return { dataset, contributions, version: await ensureVersion(connection, curator, dataset, contributions) }
    }
    const first = await publish()
    const block = await connection.reader.getBlockNumber()
    expect(await publish()).toEqual(first)
    expect(await connection.reader.getBlockNumber()).toBe(block)
    expect(first.version).toBe((BigInt(first.dataset) << 32n) | 1n)
    expect(await Promise.all(first.contributions.map((id) => statusOf(connection, id)))).toEqual(
      Array(3).fill('accepted'),
    )
  })

  it('continues where it stopped when only some contributions were accepted', async () => {
    const { connection, wallets, walletOf } = local
    const curator = walletOf(wallets.curator)
    const dataset = await ensureDataset(connection, curator, {
      ...terms,
      metadataURI: 'ipfs://other',
      metadataHash: keccak256(toHex('other')),
    })
    const contributions = await contributeAll(dataset)
    const partial = await ensureVersion(connection, curator, dataset, contributions.slice(0, 2))
    const whole = await ensureVersion(connection, curator, dataset, contributions)
    expect(whole).toBe(partial + 1n)
  })

  it('refuses an act of someone else in the contract’s own words', async () => {
    const { connection, wallets, walletOf } = local
    const dataset = await ensureDataset(connection, walletOf(wallets.curator), terms)
    await expect(ensureVersion(connection, walletOf(wallets.owner), dataset, [])).rejects.toThrow(
      `Datasets refuses freeze: Datasets_NotCurator(${dataset}, ${wallets.owner.address}, ${wallets.curator.address})`,
    )
  })

  it('refuses to accept what nobody contributed', async () => {
    const { connection, wallets, walletOf } = local
    const unknown: Hex = `0x${'11'.repeat(32)}`
    await expect(ensureVersion(connection, walletOf(wallets.curator), 1, [unknown])).rejects.toThrow(
      `Nobody contributed ${unknown}`,
    )
  })
})
