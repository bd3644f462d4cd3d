import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createTestClient, http, keccak256 } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openAnswersFile } from '../../../pipeline/serve/answersFile.ts'
import type { Request } from '../../../pipeline/serve/operation.ts'
import { operate } from '../../../pipeline/serve/operator.ts'
import { ensureKeyNamed, ensureReceiptKey } from '../../../gateway/receipts/receiptKey.ts'
import { loadServing, type Serving } from '../../../gateway/serving.ts'
import { settleDue } from '../../../gateway/batcher/settleDue.ts'
import { bondOfAccount } from '../../../sdk/bond.ts'
import { bookId } from '../../../sdk/book.ts'
import { callTo } from '../../../sdk/contractCall.ts'
import { transact } from '../../../sdk/node/transactions/transact.ts'
import { openBook } from '../../../sdk/openBook.ts'
import { parseReceipt, signedReceipt, signerOfReceipt } from '../../../sdk/receipt.ts'
import { amountCovering } from '../../../sdk/voucher.ts'
import type { LocalLedger } from '../../support/localLedger.ts'
import { fund, type LocalChannel, type LocalModel, receiptKey, registerLocalModel } from '../../support/localModel.ts'
import {
  close,
  DAY,
  FEE_UNIT,
  FEE_UNITS,
  K,
  type LocalOperator,
  publicationOf,
  requests,
  startLocalOperator,
} from './localOperator.ts'

describe('an operator', () => {
  let its: LocalOperator
  let local: LocalLedger
  let registered: LocalModel
  let serving: Serving
  let operator: number
  let channels: LocalOperator['channels']
  beforeAll(async () => {
    its = await startLocalOperator()
    ;({ local, registered, serving, operator, channels } = its)
  })
  afterAll(() => local?.stop())

  const optionsWith = (name: string) => its.optionsWith(name)
  const repliesOf = (name: string) => its.repliesOf(name)
  const chargedOn = (channel: LocalChannel) => its.chargedOn(channel)
  const voucher = (channel: LocalChannel, units: number) => its.voucher(channel, units)

  it('serves nothing for an account that may not record calls of the model', async () => {
    await expect(loadServing(local.connection, publicationOf(registered), 99)).rejects.toThrow(
      'Account 99 may not record calls',
    )
  })

  it('asks for a voucher before it computes anything, and says how much has to be signed', async () => {
    const options = optionsWith('a')
    const before = its.answered()
    const done = await operate(options, requests(channels[0], 'a1', 'a2'))
    expect({ ...done, computed: its.answered() - before }).toEqual({
      batches: [],
      served: 0,
      refused: 2,
      uncovered: 0,
      computed: 0,
    })
    const wanted = {
      reason: 'a voucher of the channel’s signer for this much in all is missing',
      channelId: channels[0].id,
      maxClaimableAmount: `${amountCovering(20n, FEE_UNIT)}`,
    }
    expect(repliesOf('a')).toEqual([
      { id: 'a1', refused: wanted },
      { id: 'a2', refused: wanted },
    ])
    close(options)
  })

  it('answers what vouchers cover, with a receipt for every answer, and records it once', async () => {
    const [channel] = channels
    const options = optionsWith('a')
    const asked = requests(channel, 'a1', 'a2', 'a3', 'a4')
    const [first, ...others] = asked
    const paid = [{ ...(first as Request), voucher: await voucher(channel, 4 * FEE_UNITS) }, ...others]
    const done = await operate(options, paid)
    expect(done).toMatchObject({ served: 4, refused: 0, uncovered: 0 })
    expect(done.batches.map(({ count }) => count)).toEqual([3, 1])
    expect(await chargedOn(channel)).toBe(4 * FEE_UNITS)
    expect(await operate(options, asked)).toEqual({ batches: [], served: 0, refused: 0, uncovered: 0 })
    close(options)

    const given = repliesOf('a').slice(2)
    expect(given.map(({ id, answer }) => [id, answer])).toEqual(asked.map(({ id, text }) => [id, `answer to ${text}`]))
    const { batches } = await openBook(local.connection, { model: registered.model, operator, number: 1 }, K)
    const leaves = batches.flatMap((batch) => batch.leaves)
    for (const { receipt } of given) {
      const parsed = parseReceipt(JSON.stringify(receipt), 'receipt')
      expect(await signerOfReceipt(parsed)).toBe(receiptKey.address)
      expect(leaves).toContain(signedReceipt(parsed).recordHash)
    }
  })

  it('keeps requests and answers off the chain and out of its journal', () => {
    const journal = readFileSync(join(local.folder, 'a.journal.jsonl'), 'utf8')
    expect(journal).not.toContain('text of')
    expect(journal).not.toContain('answer to')
  })

  it('records and delivers what it served before it was killed, without serving it again', async () => {
    const [channel] = channels
    const { connection, cast, walletOf } = local
    const { reader, contracts } = connection
    const guardian = walletOf(cast.deployer)
    await transact(reader, guardian, callTo(contracts.clock, 'pause', []))
    const first = optionsWith('b')
    const asked = requests(channel, 'b1', 'b2', 'b3').map((request) => ({ ...request }))
    const signed = await voucher(channel, 7 * FEE_UNITS)
    const [one, ...more] = asked
    const paid: readonly Request[] = [{ ...(one as Request), voucher: signed }, ...more]
    // Killed after the calls were kept, and before anybody had their answers.
    const killed = {
      ...first,
      answers: {
        ...first.answers,
        write: () => {
          throw new Error('killed')
        },
      },
    }
    await expect(operate(killed, paid.slice(0, 2))).rejects.toThrow('killed')
    await expect(operate(first, [])).rejects.toThrow('Clock_Paused')
    close(first)
    await transact(reader, guardian, callTo(contracts.clock, 'resume', []))

    appendFileSync(join(local.folder, 'b.journal.jsonl'), '{"kind":"call","id":"b3"')
    const again = optionsWith('b')
    const done = await operate(again, paid)
    expect({ recorded: done.batches.map(({ count }) => count), served: done.served }).toEqual({
      recorded: [3],
      served: 1,
    })
    expect(await chargedOn(channel)).toBe(7 * FEE_UNITS)
    close(again)
    expect(repliesOf('b').map(({ id }) => id)).toEqual(['b1', 'b2', 'b3'])
    const journal = readFileSync(join(local.folder, 'b.journal.jsonl'), 'utf8')
    expect(journal.match(/"kind":"call"/g)).toHaveLength(3)
  })

  it('refuses a request that it served under the same name with another text', async () => {
    const options = optionsWith('b')
    close(options)
    const fresh = { ...optionsWith('b'), answers: openAnswersFile(join(local.folder, 'b.other.jsonl')) }
    const [request] = requests(channels[0], 'b1')
    await expect(operate(fresh, [{ ...(request as Request), text: 'something else' }])).rejects.toThrow(
      'Request b1 was served before, with another text or another answer',
    )
    close(fresh)
  })

  it('keeps no voucher that its channel’s signer did not sign', async () => {
    const options = optionsWith('c')
    const [first, second] = channels
    const [request] = requests(second, 'c1') as readonly [Request]
    const forged = { ...request, voucher: await voucher({ ...second, signer: first.signer }, 100) }
    const elsewhere = { ...request, id: 'c2', voucher: await voucher({ ...second, id: first.id }, 100) }
    expect(await operate(options, [forged, elsewhere])).toMatchObject({ served: 0, refused: 2 })
    expect(options.journal.vouchers.size).toBe(0)
    const stranger = { ...request, id: 'c3', salt: 77 }
    await operate(options, [stranger])
    expect(repliesOf('c').at(-1)?.refused?.reason).toBe('there is no such channel: open it first')
    close(options)
  })

  it('serves nothing beyond a deposit, nor what can be taken back before it is recorded', async () => {
    const [, small] = channels
    const { connection, cast, walletOf } = local
    const { reader, contracts } = connection
    const options = optionsWith('d')
    const [request] = requests(small, 'd1') as readonly [Request]
    // The deposit holds 1,000 units.
    const signed = await voucher(small, 10_000)
    const dear = { ...options, feeUnits: 1_001 }
    expect(await operate(dear, [{ ...request, voucher: signed }])).toMatchObject({ served: 0, refused: 1 })
    expect(repliesOf('d').at(-1)?.refused?.reason).toBe(
      'the channel’s deposit is 1000000 gwei-OPEN too small, counting what was asked back',
    )
    const key = { payer: small.payer, salt: small.salt, operator, model: registered.model }
    const payer = walletOf(cast.payers[1] as (typeof cast.payers)[number])
    await transact(reader, payer, callTo(contracts.channels, 'requestChannelWithdrawal', [key, 1_000_000_000n]))
    expect(await operate(options, requests(small, 'd2'))).toMatchObject({ served: 1, refused: 0 })
    await local.passSeconds(1.6 * DAY)
    expect(await operate(options, requests(small, 'd3'))).toMatchObject({ served: 0, refused: 1 })
    await transact(reader, payer, callTo(contracts.channels, 'requestChannelWithdrawal', [key, 0n]))
    expect(await operate(options, requests(small, 'd3'))).toMatchObject({ served: 1, refused: 0 })
    close(options)
  })

  it('leaves out a payer that cannot be charged, at nobody else’s cost', async () => {
    const [large, small] = channels
    const { connection, cast, walletOf } = local
    const { reader, contracts } = connection
    const guardian = walletOf(cast.deployer)
    const options = optionsWith('e')
    const payer = walletOf(cast.payers[1] as (typeof cast.payers)[number])
    const key = { payer: small.payer, salt: small.salt, operator, model: registered.model }
    const [one] = requests(small, 'e1') as readonly [Request]
    const [two] = requests(large, 'e2') as readonly [Request]
    const paid = [
      { ...one, voucher: await voucher(small, 10_000) },
      { ...two, voucher: await voucher(large, 100 * FEE_UNITS) },
    ]
    // Served while recording is paused, and taken back by one payer long after.
    await transact(reader, payer, callTo(contracts.channels, 'requestChannelWithdrawal', [key, 2n ** 60n]))
    await transact(reader, guardian, callTo(contracts.clock, 'pause', []))
    await expect(operate(options, paid)).rejects.toThrow('Clock_Paused')
    await transact(reader, guardian, callTo(contracts.clock, 'resume', []))
    await local.passSeconds(2 * DAY)
    await transact(reader, payer, callTo(contracts.channels, 'withdrawChannel', [key]))
    const done = await operate(options, [])
    expect(done.batches.map(({ count }) => count)).toEqual([1])
    expect(done.uncovered).toBe(1)
    expect((await operate(options, [])).uncovered).toBe(1)
    await fund(local, cast.payers[1] as (typeof cast.payers)[number], 1_000_000_000n)
    const { earnings, channels: contract, openToken } = contracts
    await transact(reader, payer, callTo(openToken, 'approve', [earnings.address, 10n ** 18n]))
    await transact(reader, payer, callTo(contract, 'fundChannel', [key, 1_000_000_000n]))
    expect(await operate(options, [])).toMatchObject({ batches: [{ count: 1 }], uncovered: 0 })
    close(options)
  })

  it('serves nothing that bonds do not cover, and tops its own as far as it may', async () => {
    const [large] = channels
    const { connection, cast } = local
    const { reader, contracts } = connection
    const options = { ...optionsWith('f'), feeUnits: 60_000, limits: { records: 3, bytes: 100_000 } }
    const [first, ...others] = requests(large, 'f1', 'f2', 'f3') as readonly [Request, ...Request[]]
    const asked = [{ ...first, voucher: await voucher(large, 900_000) }, ...others]
    const before = its.answered()
    await expect(operate(options, asked)).rejects.toThrow(/the bond of account \d+ covers [\d.]+ OPEN, and must cover/)
    expect(its.answered()).toBe(before)
    await fund(local, cast.operator, 1_000_000_000_000n)
    const topUp = { ...options, topUpGwei: 500_000_000_000n }
    const bond = bondOfAccount(operator)
    const stateNow = () => reader.readContract({ ...contracts.bonds, functionName: 'bondStateOf', args: [bond] })
    const { balanceGwei } = await stateNow()
    // A deposit that was sent just before a kill, and is not mined yet: it is waited for, not made again.
    const amountGwei = 400_000_000_000n
    await transact(
      reader,
      options.wallet,
      callTo(contracts.openToken, 'approve', [contracts.bonds.address, 2n ** 100n]),
    )
    const node = createTestClient({ mode: 'anvil', chain: reader.chain, transport: http(local.rpcUrl) })
    await node.setAutomine(false)
    const { to, data } = callTo(contracts.bonds, 'deposit', [bond, amountGwei])
    await options.wallet.sendTransaction({
      account: options.wallet.account,
      chain: reader.chain,
      to,
      data,
      gas: 500_000n,
    })
    setTimeout(() => void node.setAutomine(true).then(() => node.mine({ blocks: 1 })), 800)
    expect(await operate(topUp, asked)).toMatchObject({ served: 3 })
    const state = await stateNow()
    expect(state.balanceGwei - balanceGwei).toBe(amountGwei)
    expect(state.balanceGwei - state.exposedGwei).toBeGreaterThanOrEqual(10_000_000_000n)
    close(options)
  })

  it('settles its books once they are due, from what it kept, and passes over what others settled', async () => {
    const { connection, cast, walletOf } = local
    const { reader, contracts } = connection
    const { ledger } = contracts
    const options = optionsWith('a')
    const book = bookId({ model: registered.model, operator, number: 1 })
    const settled = async () =>
      (await reader.readContract({ ...ledger, functionName: 'bookStateOf', args: [book] })).isSettled
    expect(await settleDue(connection, walletOf(cast.operator), serving, options.journal)).toEqual([])
    await local.passSeconds(3 * DAY)
    expect(await settled()).toBe(false)
    expect(await settleDue(connection, walletOf(cast.operator), serving, options.journal)).not.toEqual([])
    expect(await settled()).toBe(true)
    expect(await settleDue(connection, walletOf(cast.operator), serving, options.journal)).toEqual([])
    close(options)
  })

  it('refuses a row index that is not the model’s, and one that can be proven false', async () => {
    const { connection } = local
    const other = await registerLocalModel(local, { items: [30, 20, 25], k: K, seed: 9 })
    const served = { ...publicationOf(registered), indexFile: other.units.file }
    await expect(loadServing(connection, served, operator)).rejects.toThrow('This is not the row index of model')
    const elsewhere = { ...served, publication: { ...served.publication, manifestHash: keccak256('0x99') } }
    await expect(loadServing(connection, elsewhere, operator)).rejects.toThrow('registered with another run')
  })

  it('signs receipts with a key of its own, and refuses one that the chain does not know', async () => {
    const { connection, cast, walletOf } = local
    const path = join(local.folder, 'keys', 'receipt.key')
    const made = ensureReceiptKey(path)
    expect(ensureReceiptKey(path).address).toBe(made.address)
    await expect(ensureKeyNamed(connection, walletOf(cast.operator), operator, made)).rejects.toThrow('are signed by')
    await ensureKeyNamed(connection, walletOf(cast.operator), operator, receiptKey)
    const curator = walletOf(cast.curator)
    const { reader, contracts } = connection
    await transact(reader, curator, callTo(contracts.accounts, 'open', [cast.curator.address]))
    const args = [cast.curator.address] as const
    const account = await reader.readContract({ ...contracts.accounts, functionName: 'accountOf', args })
    await ensureKeyNamed(connection, curator, account, made)
    expect(await reader.readContract({ ...contracts.court, functionName: 'receiptKeyOf', args: [account] })).toBe(
      made.address,
    )
  })
})
