import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Hex, hexToBytes, keccak256, zeroHash } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ensureAccount } from '../../pipeline/publish/account.ts'
import { auditIndex } from '../../pipeline/publish/auditRun.ts'
import { ensureContribution } from '../../pipeline/publish/contribute.ts'
import { ensureDataset, ensureVersion } from '../../pipeline/publish/dataset.ts'
import { ensureCommitment } from '../../pipeline/publish/items.ts'
import type { Run } from '../../pipeline/run/readRun.ts'
import { coverFor, ensureBond } from '../../pipeline/serve/bond.ts'
import { openCallJournal } from '../../pipeline/serve/callJournal.ts'
import { operate } from '../../pipeline/serve/operator.ts'
import { loadServing } from '../../pipeline/serve/serving.ts'
import { ensureTab } from '../../pipeline/serve/tab.ts'
import { bondOfAccount, bondOfModel } from '../../sdk/bond.ts'
import { openBatch, proveRecord } from '../../sdk/recordProof.ts'
import { act, eventIn, transact } from '../../sdk/transact.ts'
import { ask } from '../indexer/support/ask.ts'
import { type Indexing, indexTo } from '../indexer/support/indexing.ts'
import { keyOf } from './keyOf.ts'
import { type LocalLedger, startLocalLedger } from './localLedger.ts'
import { type } from './typed.ts'

const FEE = 1_000_001n
const FIRST_CONTRIBUTOR = 9
/** How many items each contributor gave. */
const ITEMS = [1, 2, 4]

describe('a model whose contributors share equally', () => {
  let local: LocalLedger
  let indexer: Indexing
  let connected: readonly string[]
  let model: number
  let pool: number
  let contributions: readonly Hex[]
  let version: bigint

  beforeAll(async () => {
    local = await startLocalLedger(ITEMS.length)
    const deployment = join(local.folder, 'deployment.json')
    writeFileSync(deployment, JSON.stringify(local.deployment))
    connected = ['--rpc', local.rpcUrl, '--deployment', deployment]
    await contributeAndFreeze()
    await register()
    indexer = await indexTo(local, { kind: 'embedded', folder: join(local.folder, 'index') })
  })
  afterAll(async () => {
    await indexer?.close()
    await local?.stop()
  })

  async function contributeAndFreeze(): Promise<void> {
    const { connection, cast, walletOf, folder } = local
    const terms = {
      licence: 'CC0-1.0',
      termsHash: keccak256('0x01'),
      metadataHash: keccak256('0x02'),
      metadataURI: 'ipfs://card',
    }
    const dataset = await ensureDataset(connection, walletOf(cast.curator), terms)
    const given: Hex[] = []
    for (const [i, contributor] of cast.contributors.entries()) {
      const items = Array.from({ length: ITEMS[i] ?? 0 }, (_, k) => ({ label: 'ham', text: `mail ${i} ${k}` }))
      const commitment = ensureCommitment(join(folder, `${i}.json`), items, () => randomBytes(32))
      given.push((await ensureContribution(connection, walletOf(contributor), dataset, commitment)).contribution)
    }
    contributions = given
    version = await ensureVersion(connection, walletOf(cast.curator), dataset, contributions)
  }

  async function register(): Promise<void> {
    const { connection, cast, walletOf } = local
    const { reader, contracts } = connection
    const owner = walletOf(cast.owner)
    const ownerAccount = await ensureAccount(connection, owner)
    await ensureAccount(connection, walletOf(cast.operator))
    const base = { name: 'base', licence: 'MIT', weightsHash: keccak256('0x03'), weightsURI: 'npm base', royaltyBps: 0 }
    const parent = eventIn(
      await transact(reader, owner, act(contracts.models, 'registerBase', [base])),
      contracts.models,
      'BaseModelRegistered',
    ).model
    const fineTune = {
      parent,
      versions: [version],
      adapterHash: keccak256('0x04'),
      manifestHash: keccak256('0x05'),
      manifestURI: 'ipfs://run',
      method: 1,
      quantisation: { scheme: '', bits: 0, doubleQuant: false },
      influence: { root: zeroHash, indexHash: zeroHash, indexURI: '', rowCount: 7, dims: 0, topK: 0, source: 0 },
      shares: { contributorBps: 6_000, operatorBps: 1_500, royaltyBps: 0 },
      rule: 1,
    }
    const receipt = await transact(reader, owner, act(contracts.models, 'registerFineTune', [fineTune]))
    ;({ model, pool } = eventIn(receipt, contracts.models, 'FineTuneRegistered'))
    expect(ownerAccount).not.toBe(pool)
    const operator = await ensureAccount(connection, walletOf(cast.operator))
    await transact(reader, owner, act(contracts.models, 'setOperator', [model, operator, true]))
  }

  /** Asks the model `count` times, each for FEE. */
  async function serve(count: number, journalName: string) {
    const { connection, cast, walletOf, folder } = local
    const { reader, contracts } = connection
    const operator = await ensureAccount(connection, walletOf(cast.operator))
    const [payerHolder] = cast.payers
    if (payerHolder === undefined) throw new Error('there are payers')
    const payer = await ensureAccount(connection, walletOf(payerHolder))
    const wei = 100n * FEE * 10n ** 9n
    await transact(reader, walletOf(cast.deployer), act(contracts.openToken, 'transfer', [payerHolder.address, wei]))
    await ensureTab(connection, walletOf(payerHolder), payer, { operator, amountGwei: 100n * FEE, maxFeeGwei: FEE })
    const covered = await coverFor(connection, 100n * FEE)
    for (const bond of [bondOfAccount(operator), bondOfModel(model)]) {
      await ensureBond(connection, walletOf(cast.deployer), bond, covered)
    }
    const journal = openCallJournal(join(folder, journalName))
    try {
      return await operate(
        {
          connection,
          wallet: walletOf(cast.operator),
          serving: await loadServing(connection, model, operator, undefined),
          sketcher: undefined,
          answer: async (texts) =>
            texts.map((text) => ({ response: `answer to ${text}`, gradient: new Float32Array() })),
          journal,
          feeGwei: FEE,
          batchSize: 50,
          random32: () => randomBytes(32),
        },
        Array.from({ length: count }, (_, i) => ({ id: `${journalName} ${i}`, payer, text: `question ${i}` })),
      )
    } finally {
      journal.close()
    }
  }

  const shares = async () => {
    await indexer.atHead()
    const { pool: found } = await ask<{ pool: Found }>(
      indexer.url,
      `query ($id: UInt!) { pool(id: $id) { itemCount receivedGwei claimedGwei models { items { id rule } }
         versions { items { id itemCount } } creditedAccount { pendingGwei maturedGwei }
         shares(orderBy: itemCount) { items { contribution itemCount claimedGwei claimableGwei } } } }`,
      { id: pool },
    )
    return found
  }

  it('is served in records of 45 bytes, and what contributors earn is pending in their pool', async () => {
    const [batch] = await serve(5, 'first.jsonl')
    expect(batch?.records.length).toBe(5 * 45)
    expect(await shares()).toEqual({
      itemCount: '7',
      receivedGwei: '0',
      claimedGwei: '0',
      models: { items: [{ id: model, rule: 'EqualSplit' }] },
      versions: { items: [{ id: `${version}`, itemCount: '7' }] },
      creditedAccount: { pendingGwei: `${5n * 600_000n}`, maturedGwei: '0' },
      shares: {
        items: contributions.map((contribution, i) => ({
          contribution,
          itemCount: ITEMS[i],
          claimedGwei: '0',
          claimableGwei: '0',
        })),
      },
    })
    const { inferences } = await ask<{ inferences: { items: readonly object[] } }>(
      indexer.url,
      '{ inferences(limit: 1) { items { sketch contributorsGwei treasuryGwei attributions { totalCount } } } }',
    )
    expect(inferences.items).toEqual([
      { sketch: '0x', contributorsGwei: '600000', treasuryGwei: '20001', attributions: { totalCount: 0 } },
    ])
  })

  it('loses a voided record from the pool', async () => {
    const { connection, governance, cast, walletOf } = local
    const { reader, contracts } = connection
    const [batch] = await serve(2, 'second.jsonl')
    if (batch === undefined) throw new Error('it was recorded')
    const { records, ...header } = eventIn(batch.receipt, contracts.ledger, 'BatchRecorded')
    const call = proveRecord(openBatch(header, hexToBytes(records), 0), 1)
    const [, appellant] = cast.payers
    if (appellant === undefined) throw new Error('there are payers')
    const account = await ensureAccount(connection, walletOf(appellant))
    await ensureBond(connection, walletOf(cast.deployer), bondOfAccount(account), 100_000_000_000n)
    const filed = act(contracts.court, 'appealRecord', [call, keccak256('0x06'), 'ipfs://grounds'])
    const { appeal } = eventIn(await transact(reader, walletOf(appellant), filed), contracts.court, 'AppealFiled')
    await transact(
      reader,
      governance,
      act(contracts.court, 'rule', [appeal, true, [call], keccak256('0x07'), 'ipfs://reasons']),
    )
    expect((await shares()).creditedAccount).toEqual({ pendingGwei: `${6n * 600_000n}`, maturedGwei: '0' })
    const { credits } = await ask<{ credits: { items: readonly object[] } }>(
      indexer.url,
      '{ credits(where: { role: Pool }, orderBy: batch) { items { account amountGwei takenBackGwei } } }',
    )
    expect(credits.items).toEqual([
      { account: pool, amountGwei: `${5n * 600_000n}`, takenBackGwei: '0' },
      { account: pool, amountGwei: `${2n * 600_000n}`, takenBackGwei: '600000' },
    ])
  })

  it('gives a watcher no index to miss, no row to demand and no record to challenge', async () => {
    await local.passSeconds(1)
    const watched = await type(
      'watch.ts',
      [...connected, '--once', '--dry-run', '--poll', '0', '--depth', '0', '--patience', '0'],
      { PRIVATE_KEY: '' },
    )
    expect({ code: watched.code, err: watched.err }).toEqual({ code: 0, err: '' })
    expect(watched.out).not.toMatch(/index missing|would file|fault/)
  })

  it('accuses nobody of a false index when it is audited', async () => {
    const run = { manifestHash: keccak256('0x05') } as unknown as Run
    await expect(auditIndex(local.connection, run, model)).rejects.toThrow(
      `The contributors of model ${model} share equally, so it has no influence index`,
    )
  })

  it('pays contributors by their items, whoever claims, as the chain and the API say', async () => {
    const { connection, passSeconds, cast } = local
    const { reader, contracts } = connection
    await passSeconds(2 * 86_400)
    const [first, second] = await Promise.all(
      [0, 1].map((i) =>
        reader.readContract({
          ...contracts.accounts,
          functionName: 'accountOf',
          args: [cast.contributors[i]?.address ?? '0x'],
        }),
      ),
    )
    const claim = (i: number, ...args: readonly string[]) =>
      type('claim.ts', [...args, ...connected], { PRIVATE_KEY: keyOf(FIRST_CONTRIBUTOR + i) })

    // 6 · 600,000 gwei for 7 items, of which the second contributor gave two.
    const dry = await claim(1)
    expect(dry.out).toContain(`Account ${second}: 0 OPEN can be claimed, 0 are pending.
  and 0.001028571 OPEN of pool ${pool} for contribution ${contributions[1]}`)
    expect(dry.out).toMatch(
      new RegExp(`Ledger\\.claim\\(${pool}\\)[\\s\\S]*Pools\\.claim\\(${pool},[\\s\\S]*Nothing was sent`),
    )
    const sent = await claim(1, '--send')
    expect(sent.out.match(/Claimed in block/g)).toHaveLength(2)
    const holdings = (i: number) =>
      reader.readContract({
        ...contracts.openToken,
        functionName: 'balanceOf',
        args: [cast.contributors[i]?.address ?? '0x'],
      })
    expect(await holdings(1)).toBe(1_028_571n * 10n ** 9n)

    // By somebody else, and nothing twice.
    await claim(2, `${first}`, `${second}`, '--send')
    expect(await Promise.all([0, 1, 2].map(holdings))).toEqual(
      [514_285n, 1_028_571n, 0n].map((gwei) => gwei * 10n ** 9n),
    )
    const again = await claim(1, '--send')
    expect(again).toMatchObject({ code: 1, err: expect.stringContaining('Ledger_NothingToClaim') })

    const { shares: page, ...state } = await shares()
    expect(state).toMatchObject({ receivedGwei: '3600000', claimedGwei: `${514_285 + 1_028_571}` })
    for (const { contribution, claimableGwei, claimedGwei } of page.items) {
      const args = [pool, contribution] as const
      const [claimable, claimed] = await reader.readContract({ ...contracts.pools, functionName: 'shareOf', args })
      expect([claimableGwei, claimedGwei]).toEqual([`${claimable}`, `${claimed}`])
    }
    expect(page.items.map(({ claimableGwei }) => claimableGwei)).toEqual(['0', '0', '2057142'])
  })
})

interface Found {
  readonly creditedAccount: { readonly pendingGwei: string; readonly maturedGwei: string }
  readonly shares: { readonly items: readonly Share[] }
}

interface Share {
  readonly contribution: Hex
  readonly itemCount: number
  readonly claimedGwei: string
  readonly claimableGwei: string
}
