import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { randomSource } from '../../attribution/random.ts'
import { openModel } from '../../sdk/openModel.ts'
import { formatOpen, parseOpen } from '../../sdk/units.ts'
import { attribution, signedBy } from '../support/attribution.ts'
import { ampleVouchers, drawCalls, recordLocalBatch } from '../support/localBatches.ts'
import { type LocalLedger, startLocalLedger } from '../support/localLedger.ts'
import { type LocalModel, letOperate, openLocalChannel, registerLocalModel } from '../support/localModel.ts'
import { surroundingsOf } from '../support/surroundings.ts'

const DAY = 86_400
const ITEMS = [30, 4, 5, 40]
/** The third contributor among the wallets, a member of a joint unit. */
const JOINT = 9 + 2

describe('claiming', () => {
  let local: LocalLedger
  let model: LocalModel
  let operator: number
  let surroundings: Readonly<Record<string, string>>
  const run = (args: readonly string[], signer = 0) => attribution(args, { ...surroundings, ...signedBy(signer) })
  const claim = (args: readonly string[], signer = 0) => run(['claim', ...args], signer)
  const balance = async (holder: `0x${string}`) => {
    const { reader, contracts } = local.connection
    const wei = await reader.readContract({ ...contracts.openToken, functionName: 'balanceOf', args: [holder] })
    return wei / 1_000_000_000n
  }
  const contributor = (index: number) => model.contributions[index]?.contributor as number
  const holder = (index: number) => local.wallets.contributors[index]?.address as `0x${string}`

  beforeAll(async () => {
    local = await startLocalLedger(ITEMS.length)
    surroundings = surroundingsOf(local)
    model = await registerLocalModel(local, { items: ITEMS })
    operator = await letOperate(local, model.model)
    const channels = [await openLocalChannel(local, { operator, model: model.model })]
    const recorder = { model: model.model, k: 64, channels }
    const next = randomSource(8)
    const vouchers = await ampleVouchers(local, channels)
    for (let batch = 0; batch < 3; batch++) {
      const calls = await drawCalls(local, recorder, next, 8)
      const records = calls.map(({ record }) => record)
      await recordLocalBatch(local, recorder, records, batch === 0 ? vouchers : undefined)
    }
  })
  afterAll(() => local?.stop())

  it('says what is pending, and from when, while a book takes records and until it is due', async () => {
    const { code, out } = await claim([`${contributor(0)}`])
    expect(code).toBe(0)
    expect(out).toMatch(
      new RegExp(
        `Account ${contributor(0)}: 0 OPEN can be claimed\\.\\n  [\\d.]+ OPEN are pending in book 1 of model 2 at operator ${operator}, which can be settled from \\d{4}-\\S+ \\S+ UTC on, perhaps earlier\\.\\nNothing can be claimed now\\. Run this again with --settle from \\d{4}-\\S+ \\S+ UTC on\\.\\n$`,
      ),
    )
    const early = await run(['settle', `${model.model}/${operator}/1`])
    expect(early).toMatchObject({
      code: 1,
      err: expect.stringMatching(/cannot be settled before \d{4}-\S+ \S+ UTC\. Until/),
    })
    expect((await run(['settle'])).out).toBe('No book is due.\n')
    await local.passSeconds(1.5 * DAY)
    const closed = await claim([`${contributor(0)}`])
    expect(closed.out).toMatch(/which can be settled from \d{4}-\S+ \S+ UTC on\.\n/)
  })

  it('settles what is due and pays exactly what was pending, of which a dry run names every transaction', async () => {
    await local.passSeconds(3 * DAY)
    const dry = await claim([`${contributor(0)}`, '--settle', '--dry-run'])
    expect(dry.out).toMatch(/which can be settled now: add --settle\.\n1\. Settle book \S+ \(Settlement\.settle, /)
    expect(dry.out).toMatch(
      /\n2\. Pay what account \d+ earned to its payout address \(Earnings\.claim, [\s\S]*Nothing was sent\./,
    )
    const pending = parseOpen(/ {2}([\d.]+) OPEN are pending/.exec(dry.out)?.[1] ?? '')
    expect(await balance(holder(0))).toBe(0n)
    const sent = await claim([`${contributor(0)}`, '--settle', '--yes'])
    expect(sent).toMatchObject({ code: 0 })
    expect(sent.out).toContain(`Account ${contributor(0)}: ${formatOpen(pending)} OPEN were paid to ${holder(0)}.\n`)
    expect(await balance(holder(0))).toBe(pending)
    const again = await claim([`${contributor(0)}`, '--yes'])
    expect(again).toMatchObject({
      code: 0,
      out: expect.stringContaining('Nothing can be claimed now. Nothing is pending'),
    })
    const settled = await run(['settle', `${model.model}/${operator}/1`, '--json', '--yes'])
    expect(JSON.parse(settled.out)).toEqual({ settled: [], sent: false })
  })

  it('draws shares of joint units, to the payout address or elsewhere', async () => {
    const { reader, contracts } = local.connection
    const opened = await openModel(local.connection, model.model)
    const unit = opened.plan.units.findIndex(({ kind }) => kind === 'joint')
    const { kept = 0, members = [] } = opened.plan.units[unit] ?? {}
    const received = await reader.readContract({
      ...contracts.earnings,
      functionName: 'receivedOf',
      args: [model.model, unit],
    })
    const shareOf = (index: number) => {
      const id = model.contributions[index]?.id
      const member = members.find(({ contribution }) => opened.plan.contributions[contribution]?.id === id)
      return (received * BigInt(member?.kept ?? 0)) / BigInt(kept)
    }
    const first = await claim([`${contributor(1)}`, '--yes'])
    expect(first.out).toContain(`${formatOpen(shareOf(1))} of them as shares of joint units`)
    expect(await balance(holder(1))).toBe(shareOf(1))
    const elsewhere = local.wallets.treasury.address
    const second = await claim(['--to', elsewhere, '--yes', '--json'], JOINT)
    expect(JSON.parse(second.out).claimed).toEqual([
      { account: contributor(2), to: elsewhere, amountGwei: `${shareOf(2)}` },
    ])
    expect(await balance(elsewhere)).toBe(shareOf(2))
    expect(shareOf(1) + shareOf(2)).toBeGreaterThan(0n)
  })

  it('pays many accounts at once, passes over those with nothing, and says who got what', async () => {
    const before = await balance(holder(3))
    const paid = await claim([`${contributor(0)}`, `${contributor(3)}`, `${model.owner}`, `${operator}`, '--yes'])
    expect(paid).toMatchObject({ code: 0 })
    expect(paid.out).toContain('Earnings.claimMany')
    const gained = (await balance(holder(3))) - before
    expect(gained).toBeGreaterThan(0n)
    expect(paid.out).toContain(`Account ${contributor(3)}: ${formatOpen(gained)} OPEN were paid to ${holder(3)}.\n`)
  })

  it('takes --to for the signer alone, and an address for it', async () => {
    const named = await claim(['1', '--to', holder(0)])
    expect(named).toMatchObject({ code: 2, err: expect.stringContaining('name no other') })
    const wrong = await claim(['--to', '0x12'], JOINT)
    expect(wrong).toMatchObject({ code: 2, err: expect.stringContaining('It takes an address') })
    const unknown = await claim(['999'])
    expect(unknown).toMatchObject({ code: 1, err: expect.stringContaining('Accounts_UnknownAccount') })
  })
})
