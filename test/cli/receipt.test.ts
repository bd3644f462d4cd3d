import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { keccak256, toHex } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { randomSource } from '../../attribution/random.ts'
import { attribution, signedBy } from '../support/attribution.ts'
import { ampleVouchers, type DrawnCall, drawCalls, recordLocalBatch } from '../support/localBatches.ts'
import { type LocalLedger, startLocalLedger } from '../support/localLedger.ts'
import { letOperate, openLocalChannel, registerLocalModel } from '../support/localModel.ts'
import { surroundingsOf } from '../support/surroundings.ts'

const [DEPLOYER, PAYER] = [0, 6]
const HOUR = 3_600

describe('receipts at the command line', () => {
  let local: LocalLedger
  let surroundings: Readonly<Record<string, string>>
  let calls: readonly DrawnCall[]
  let batch: bigint
  let payer: number
  const file = (index: number) => join(local.folder, `receipt-${index}.json`)
  const run = (...args: readonly string[]) => attribution(args, { ...surroundings, ...signedBy(PAYER) })
  const sent = async (...args: readonly string[]) => {
    const { code, out, err } = await run(...args, '--yes', '--json')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    return JSON.parse(out)
  }
  const verified = async (index: number) => JSON.parse((await run('receipt', 'verify', file(index), '--json')).out)

  beforeAll(async () => {
    local = await startLocalLedger(3)
    surroundings = surroundingsOf(local)
    const { model } = await registerLocalModel(local, { items: [20, 20, 20] })
    const operator = await letOperate(local, model)
    const channels = [await openLocalChannel(local, { operator, model })]
    payer = channels[0]?.payer as number
    const recorder = { model, k: 64, channels }
    calls = await drawCalls(local, recorder, randomSource(3), 4)
    const [honest, dearer, , other] = calls.map(({ record }) => record)
    if (!honest || !dearer || !other) throw new Error('Four calls were drawn')
    // The second is recorded for more than was signed, the third not at all.
    const records = [honest, { ...dearer, feeUnits: dearer.feeUnits + 1 }, other]
    const vouchers = await ampleVouchers(local, channels)
    batch = (await recordLocalBatch(local, recorder, records, vouchers)).header.batch
    calls.forEach(({ receipt }, index) => {
      // As a file of its own, or within an answer.
      writeFileSync(file(index), JSON.stringify(index === 0 ? { id: 'a', receipt } : receipt))
    })
    const bond = ['bond', 'deposit', '100', '--account', `${payer}`, '--yes']
    expect(await attribution(bond, { ...surroundings, ...signedBy(DEPLOYER) })).toMatchObject({ code: 0 })
  })
  afterAll(() => local?.stop())

  it('are verified: recorded as promised, otherwise, or not yet', async () => {
    expect(await verified(0)).toMatchObject({ record: 'recorded', payer, batch: `${batch}`, index: 0, isLate: false })
    expect(await verified(1)).toMatchObject({ record: 'broken', batch: `${batch}`, index: 1 })
    const missing = await run('receipt', 'verify', file(2))
    expect(missing.out).toMatch(
      /^Signed by the receipt key of operator \d+.*\nNot recorded yet; that is promised by \d{4}-\S+ \S+ UTC\.\n$/,
    )
    writeFileSync(file(9), '{"chainId":1}')
    expect(await run('receipt', 'verify', file(9))).toMatchObject({
      code: 1,
      err: expect.stringContaining('is no receipt'),
    })
  })

  it('let their payer rate what was recorded, once', async () => {
    expect(await sent('receipt', 'rate', file(0), '--stars', '5')).toMatchObject({ stars: 5 })
    const again = await run('receipt', 'rate', file(0), '--stars', '4', '--yes')
    expect(again).toMatchObject({ code: 1, err: expect.stringContaining('Evaluations_AlreadyRated') })
    const missing = await run('receipt', 'rate', file(2), '--stars', '4', '--yes')
    expect(missing).toMatchObject({
      code: 1,
      err: expect.stringContaining('This answer is not recorded.'),
    })
  })

  it('strike an operator that recorded otherwise: announced, and two blocks later', async () => {
    const kept = await run('receipt', 'claim', file(0), '--yes')
    expect(kept.out).toBe('Nothing was sent. Its record is there as promised.\n')
    const dry = await run('receipt', 'claim', file(1), '--dry-run')
    expect(dry.out).toMatch(
      /^1\. Announce a challenge[^\n]*\(Court\.commit, [\d,]+ gas\)\n2\. Strike record 1 of batch \d+ \(Court\.proveBrokenReceipt, [\d,]+ gas\)\n/,
    )
    const struck = await sent('receipt', 'claim', file(1))
    expect(struck.transactions).toHaveLength(2)
    const [announced, acted] = struck.transactions
    expect(acted.block - announced.block).toBeGreaterThanOrEqual(2)
    expect(await verified(1)).toMatchObject({ record: 'voided' })
  })

  it('demand a record that is missing, and strike the operator that does not show it', async () => {
    const early = await run('receipt', 'claim', file(2), '--yes')
    expect(early.out).toMatch(
      /^Nothing was sent\. Its record is promised by \d{4}-\S+ \S+ UTC; run this again then\.\n$/,
    )
    await local.passSeconds(HOUR + 1)
    expect((await run('receipt', 'verify', file(2))).out).toContain('Demand it with `attribution receipt claim')
    const demanded = await sent('receipt', 'claim', file(2))
    expect(demanded.dueAt).toMatch(/^\d{4}-\S+Z$/)
    const waiting = await run('receipt', 'claim', file(2), '--yes')
    expect(waiting.out).toMatch(
      /^Nothing was sent\. The operator has until \d{4}-\S+ \S+ UTC; run this again then\.\n$/,
    )
    await local.passSeconds(12 * HOUR + 1)
    expect((await sent('receipt', 'claim', file(2))).transactions).toHaveLength(1)
  })

  it('lead to appeals about what no chain decides', async () => {
    const grounds = join(local.folder, 'grounds.md')
    writeFileSync(grounds, 'Its sketch is of another request.')
    const uri = ['--grounds-uri', 'ipfs://grounds']
    const unread = ['--grounds-uri', 'http://localhost/grounds.md', '--batch', '1', '--record', '2']
    expect(await run('appeal', 'file', grounds, ...unread, '--yes')).toMatchObject({
      code: 1,
      err: expect.stringContaining('--grounds-uri would be registered for good as http://localhost/grounds.md'),
    })
    const neither = await run('appeal', 'file', grounds, ...uri, '--batch', '1', '--model', '2', '--yes')
    expect(neither).toMatchObject({ code: 2, err: expect.stringContaining('Say what the appeal is against') })
    const filed = await sent('appeal', 'file', grounds, ...uri, '--batch', `${batch}`, '--record', '2')
    expect(filed).toMatchObject({ appeal: '1', groundsHash: keccak256(toHex('Its sketch is of another request.')) })
    const shown = await run('appeal', 'show', '1')
    expect(shown.out).toMatch(
      /^Appeal 1 against record 2 of batch \d+, by account \d+ with [\d.]+ OPEN: open\.\nIts grounds: ipfs:\/\/grounds \(0x\w+\)\nIt lapses unless it is ruled by /,
    )
    expect(await run('appeal', 'show', '7')).toMatchObject({
      code: 1,
      err: expect.stringContaining('There is no appeal 7'),
    })
  })
})
