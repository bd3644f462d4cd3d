import { createClient, createPublicClient, createWalletClient, type Hex, http, type LocalAccount, toHex } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { randomSource } from '../../attribution/random.ts'
import {
  amountCovering,
  type BookKey,
  type ChannelKey,
  claim,
  claimBySig,
  claimTo,
  closeChannel,
  contribute,
  contributeBySig,
  deposit,
  encodeVouchers,
  getBook,
  getChannel,
  getEarnings,
  getModel,
  itemHash,
  type OpenedBatch,
  openAccount,
  openChannel,
  parseOpen,
  proveEarnings,
  proveInference,
  proveRecord,
  rate,
  type SigningClient,
  settle,
  settleAndClaim,
  signClaim,
  signContribution,
  signerOfVoucher,
  signVoucher,
  sumBytes,
} from '../../sdk/index.ts'
import { drawCalls, recordLocalBatch } from '../support/localBatches.ts'
import { type LocalLedger, startLocalLedger } from '../support/localLedger.ts'
import {
  fund,
  type LocalChannel,
  type LocalModel,
  letOperate,
  openLocalChannel,
  registerLocalModel,
} from '../support/localModel.ts'

const K = 64
const FAR = 2n ** 40n
const DAY = 86_400

describe('the actions, on a real chain', () => {
  let local: LocalLedger
  let model: LocalModel
  let operator: number
  let paying: LocalChannel
  let book: BookKey
  let batch: OpenedBatch
  const next = randomSource(5)

  const clientOf = (account: LocalAccount): SigningClient =>
    createWalletClient({
      account,
      chain: local.connection.reader.chain,
      transport: http(local.rpcUrl),
      pollingInterval: 20,
    })
  const newest = async () => (await local.connection.reader.getBlock()).hash
  const recordBatch = async (vouchers?: Uint8Array) => {
    const recorder = { model: model.model, k: K, channels: [paying] }
    const calls = await drawCalls(local, recorder, next, 6)
    return await recordLocalBatch(
      local,
      recorder,
      calls.map(({ record }) => record),
      vouchers,
    )
  }

  beforeAll(async () => {
    local = await startLocalLedger(5)
    model = await registerLocalModel(local, { items: [40, 5, 22, 3, 60], k: K })
    operator = await letOperate(local, model.model)
    paying = await openLocalChannel(local, { operator, model: model.model })
    const signed = await signVoucher(clientOf(paying.signer), {
      deployment: local.deployment,
      channel: paying,
      maxClaimableAmount: amountCovering(100_000n, 1_000_000n),
    })
    batch = await recordBatch(encodeVouchers([{ channel: 0, ...signed }]))
    book = { model: model.model, operator, number: 1 }
  })
  afterAll(() => local?.stop())

  describe('a newcomer', () => {
    const holder = privateKeyToAccount(generatePrivateKey())
    const termsHash = `0x5fe7f977e71dba2ea1a68e21057beebb9be2ac30c6410aa38d4f3fbe41dcffd2` as const
    const items = (salt: number): readonly Hex[] =>
      [1, 2, 3].map((n) => itemHash(toHex(salt, { size: 32 }), Uint8Array.of(n)))
    let account: number

    it('gets an account from anyone who pays for it, and hears of the hash at once', async () => {
      const hashes: Hex[] = []
      const opened = await openAccount(clientOf(local.wallets.deployer), {
        deployment: local.deployment,
        payout: holder.address,
        onSent: (hash) => hashes.push(hash),
      })
      account = opened.account
      expect(account).toBeGreaterThan(0)
      expect(hashes).toEqual([opened.receipt.transactionHash])
      await expect(
        openAccount(clientOf(local.wallets.deployer), { deployment: local.deployment, payout: holder.address }),
      ).rejects.toMatchObject({ errorName: 'Accounts_AlreadyHasAccount' })
    })

    it('contributes by a signature that somebody else sends', async () => {
      const { deployment } = local
      const dataset = model.contributions[0]?.dataset ?? 0
      const asked = { deployment, dataset, termsHash, itemHashes: items(1) }
      const signed = await signContribution(clientOf(holder), { ...asked, contributor: account, deadline: FAR })
      const sent = await contributeBySig(clientOf(local.wallets.curator), { deployment, signed })
      expect(sent.contribution).toMatch(/^0x[0-9a-f]{64}$/)
      const [contributor] = local.wallets.contributors as readonly [LocalAccount, ...LocalAccount[]]
      const own = await contribute(clientOf(contributor), asked)
      expect(own.contribution).not.toBe(sent.contribution)
      await expect(contribute(clientOf(contributor), asked)).rejects.toMatchObject({
        errorName: 'Datasets_AlreadySubmitted',
        remedy: expect.stringContaining('Nothing was sent'),
      })
    })
  })

  it('refuse a client of another chain before anything is sent', async () => {
    const deployment = { ...local.deployment, chainId: 1 }
    await expect(openAccount(clientOf(local.wallets.deployer), { deployment })).rejects.toThrow(
      /The client is on chain \d+, and the deployment "test" on chain 1/,
    )
  })

  describe('a payer', () => {
    const signer = privateKeyToAccount(generatePrivateKey())
    let channel: ChannelKey
    const payer = () => clientOf(local.wallets.payers[1] as LocalAccount)

    it('opens a channel, adds to it, and signs vouchers', async () => {
      const { deployment } = local
      await fund(local, local.wallets.payers[1] as LocalAccount, parseOpen('30'))
      const opened = await openChannel(payer(), {
        deployment,
        operator,
        model: model.model,
        salt: 9,
        signer: signer.address,
        amountGwei: parseOpen('10'),
      })
      channel = opened.channel
      expect((await deposit(payer(), { deployment, channel, amountGwei: parseOpen('5') })).depositGwei).toBe(
        parseOpen('15'),
      )
      expect(await getChannel(payer(), { deployment, channel })).toMatchObject({
        id: opened.id,
        signer: signer.address,
        depositGwei: parseOpen('15'),
        coveredUnits: 0,
      })
      const maxClaimableAmount = amountCovering(250n, 1_000_000n)
      const voucher = await signVoucher(clientOf(signer), { deployment, channel, maxClaimableAmount })
      const place = { chainId: deployment.chainId, address: deployment.contracts.channels }
      expect(await signerOfVoucher(place, voucher)).toBe(signer.address)
    })

    it('gets the deposit back after the notice', async () => {
      const { deployment } = local
      const requested = await closeChannel(payer(), { deployment, channel })
      const waiting = await closeChannel(payer(), { deployment, channel })
      expect([requested.stage, waiting.stage]).toEqual(['requested', 'waiting'])
      await local.passSeconds(7 * DAY)
      expect(await closeChannel(payer(), { deployment, channel })).toMatchObject({
        stage: 'withdrawn',
        amountGwei: parseOpen('15'),
        to: local.wallets.payers[1]?.address,
      })
    })
  })

  it('prove an inference by the hash of one block, from the node’s logs or from an indexer’s proof', async () => {
    const reading = createPublicClient({ transport: http(local.rpcUrl) })
    const asked = { deployment: local.deployment, blockHash: await newest() }
    const { header, records } = batch
    const proven = await proveInference(reading, { ...asked, batch: header.batch, index: 2 })
    expect(proven).toMatchObject({
      model: model.model,
      operator,
      payer: paying.payer,
      feeUnits: records[2]?.feeUnits,
      commitment: records[2]?.commitment,
      stands: true,
    })
    expect(await proveInference(reading, { ...asked, proof: proveRecord(batch, 2) })).toEqual(proven)
    const lie = { ...proven.proof, record: { ...proven.proof.record, feeUnits: 1 } }
    await expect(proveInference(reading, { ...asked, proof: lie })).rejects.toThrow('did not record this')
    await expect(proveInference(reading, { ...asked, batch: 99n, index: 0 })).rejects.toThrow('has no logs of batch 99')
  })

  it('rate an answer once, as its payer', async () => {
    const { deployment } = local
    const payer = clientOf(local.wallets.payers[0] as LocalAccount)
    const { proof } = await proveInference(payer, {
      deployment,
      blockHash: await newest(),
      batch: batch.header.batch,
      index: 1,
    })
    expect((await rate(payer, { deployment, proof, stars: 5 })).status).toBe('success')
    await expect(rate(payer, { deployment, proof, stars: 4 })).rejects.toMatchObject({
      errorName: 'Evaluations_AlreadyRated',
    })
  })

  it('tell what is pending, prove it, and pay exactly that', async () => {
    const { deployment } = local
    const reading = createClient({ transport: http(local.rpcUrl) })
    const opened = await getModel(reading, { deployment, model: model.model })
    expect(opened.registered.units.some(({ payee }) => payee === 0)).toBe(true)
    expect(await getBook(reading, { deployment, book })).toMatchObject({ batches: 1, isSettled: false })
    const accounts = [...new Set([...opened.contributorOf.values(), operator])]
    const before = await Promise.all(accounts.map((account) => getEarnings(reading, { deployment, account })))
    expect(before.map(({ claimableGwei }) => claimableGwei)).toEqual(accounts.map(() => 0n))
    const blockHash = await newest()
    const proven = await Promise.all(
      accounts.map((account) => proveEarnings(reading, { deployment, blockHash, account, books: [{ book }] })),
    )
    const pendingGwei = before.map(({ pending }) => pending.reduce((sum, { gwei }) => sum + gwei, 0n))
    expect(proven.map(({ books }) => books[0]?.gwei)).toEqual(pendingGwei)
    const shown = [{ book, batches: [{ header: batch.header, sum: sumBytes(batch) }] }]
    const asked = { deployment, blockHash, account: operator, books: shown }
    expect(await proveEarnings(reading, asked)).toEqual(proven.at(-1))
    expect(before.every(({ pending }) => pending.every(({ isDue }) => isDue))).toBe(true)

    const curator = clientOf(local.wallets.curator)
    const first = accounts[0] as number
    const paid = [(await settleAndClaim(curator, { deployment, book, account: first })).amountGwei]
    expect((await getBook(reading, { deployment, book })).isSettled).toBe(true)
    expect(await settle(curator, { deployment, book })).toEqual([])
    for (const account of accounts.slice(1)) {
      const { claimableGwei, shares, pending } = await getEarnings(reading, { deployment, account })
      expect(pending).toEqual([])
      paid.push(claimableGwei === 0n ? 0n : (await claim(curator, { deployment, account, shares })).amountGwei)
    }
    expect(paid).toEqual(pendingGwei)
    expect(pendingGwei.filter((gwei) => gwei > 0n).length).toBeGreaterThan(3)
    await expect(claim(curator, { deployment, account: first })).rejects.toMatchObject({
      errorName: 'Earnings_NothingToClaim',
    })
    const after = await proveEarnings(reading, { deployment, blockHash: await newest(), account: operator })
    expect(after.earnedGwei).toBe(after.claimedGwei)
  })

  it('pay earnings to another address, by the holder or by a signature that somebody else sends', async () => {
    const { deployment } = local
    await recordBatch()
    const second = { ...book, number: 2 }
    const { closesAt } = await getBook(clientOf(local.wallets.curator), { deployment, book: second })
    await local.passSeconds(30 * DAY)
    expect(closesAt).toBeGreaterThan(0)
    const receipts = await settle(clientOf(local.wallets.curator), { deployment, book: second })
    expect(receipts.length).toBeGreaterThan(0)
    const to = privateKeyToAccount(generatePrivateKey()).address
    const holder = clientOf(local.wallets.operator)
    const { claimableGwei } = await getEarnings(holder, { deployment, account: operator })
    const asked = { deployment, account: operator, to, deadline: FAR }
    const greedy = await signClaim(holder, { ...asked, minGwei: claimableGwei + 1n })
    await expect(claimBySig(clientOf(local.wallets.curator), { deployment, signed: greedy })).rejects.toMatchObject({
      errorName: 'Earnings_LessThanSigned',
    })
    const signed = await signClaim(holder, { ...asked, minGwei: claimableGwei })
    expect(await claimBySig(clientOf(local.wallets.curator), { deployment, signed })).toMatchObject({
      amountGwei: claimableGwei,
      to,
    })
    await expect(claimTo(holder, { deployment, to })).rejects.toMatchObject({ errorName: 'Earnings_NothingToClaim' })
    const owner = clientOf(local.wallets.owner)
    const owned = await getEarnings(owner, { deployment, account: model.owner })
    expect(await claimTo(owner, { deployment, to })).toMatchObject({ amountGwei: owned.claimableGwei, to })
  })
})
