import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { randomSource } from '../../attribution/random.ts'
import { openModel } from '../../sdk/openModel.ts'
import { formatOpen, parseOpen } from '../../sdk/units.ts'
import { keyOf } from '../support/keyOf.ts'
import { ampleVouchers, drawCalls, recordLocalBatch } from '../support/localBatches.ts'
import { type LocalLedger, startLocalLedger } from '../support/localLedger.ts'
import { type LocalModel, letOperate, openLocalChannel, registerLocalModel } from '../support/localModel.ts'
import { type } from '../support/typed.ts'

const DAY = 86_400
const ITEMS = [30, 4, 5, 40]
/** The cast's third and first contributors: members of a joint unit, and paid alone. */
const [JOINT_KEY, OWN_KEY] = [9 + 2, 9 + 0]

describe('claiming', () => {
  let local: LocalLedger
  let model: LocalModel
  let operator: number
  let connected: readonly string[]
  const claim = (args: readonly string[], key = 0) =>
    type('scripts/claim.ts', [...args, ...connected], { PRIVATE_KEY: keyOf(key) })
  const balance = async (holder: `0x${string}`) => {
    const { reader, contracts } = local.connection
    const wei = await reader.readContract({ ...contracts.openToken, functionName: 'balanceOf', args: [holder] })
    return wei / 1_000_000_000n
  }
  const contributor = (index: number) => model.contributions[index]?.contributor as number
  const holder = (index: number) => local.cast.contributors[index]?.address as `0x${string}`

  beforeAll(async () => {
    local = await startLocalLedger(ITEMS.length)
    const deployment = join(local.folder, 'deployment.json')
    writeFileSync(deployment, JSON.stringify(local.deployment))
    connected = ['--rpc', local.rpcUrl, '--deployment', deployment]
    model = await registerLocalModel(local, { items: ITEMS })
    operator = await letOperate(local, model.model)
    const channels = [await openLocalChannel(local, { operator, model: model.model })]
    const recorder = { model: model.model, k: 64, channels }
    const calls = await drawCalls(local, recorder, randomSource(8), 20)
    const records = calls.map(({ record }) => record)
    await recordLocalBatch(local, recorder, records, await ampleVouchers(local, channels))
  })
  afterAll(() => local?.stop())

  it('says what is pending, and from when, while a book takes records and until it is due', async () => {
    const { out } = await claim([`${contributor(0)}`])
    expect(out).toMatch(
      new RegExp(
        `Account ${contributor(0)}: 0 OPEN can be claimed\\.\\n  [\\d.]+ OPEN are pending in book 1 of model 2 at operator ${operator}, which can be settled from \\d{4}-\\S+Z at the latest\\.`,
      ),
    )
    await local.passSeconds(1.5 * DAY)
    const closed = await claim([`${contributor(0)}`])
    expect(closed.out).toMatch(/which can be settled from \d{4}-\S+Z\.\n/)
  })

  it('settles what is due and pays exactly what was pending', async () => {
    await local.passSeconds(3 * DAY)
    const dry = await claim([`${contributor(0)}`, '--settle'])
    expect(dry.out).toMatch(/which can be settled now\.\n/)
    const pending = parseOpen(/ {2}([\d.]+) OPEN are pending/.exec(dry.out)?.[1] ?? '')
    expect(await balance(holder(0))).toBe(0n)
    const sent = await claim([`${contributor(0)}`, '--settle', '--send'])
    expect(sent).toMatchObject({ code: 0, err: '' })
    expect(sent.out).toMatch(/Settles book 1 of model 2\.\nSettled in block \d+ [\s\S]*Claimed in block \d+/)
    expect(await balance(holder(0))).toBe(pending)
    const again = await claim([`${contributor(0)}`, '--send'])
    expect(again).toMatchObject({ code: 1, err: expect.stringContaining('Earnings_NothingToClaim') })
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
    const first = await claim([`${contributor(1)}`, '--send'])
    expect(first.out).toContain(`${formatOpen(shareOf(1))} of them by drawing shares of joint units`)
    expect(await balance(holder(1))).toBe(shareOf(1))
    const elsewhere = local.cast.treasury.address
    const second = await claim(['--to', elsewhere, '--send'], JOINT_KEY)
    expect(second).toMatchObject({ code: 0, err: '' })
    expect(await balance(elsewhere)).toBe(shareOf(2))
    expect(shareOf(1) + shareOf(2)).toBeGreaterThan(0n)
  })

  it('pays many accounts at once, and passes over those with nothing', async () => {
    const before = await balance(holder(3))
    const paid = await claim([`${contributor(0)}`, `${contributor(3)}`, `${model.owner}`, `${operator}`, '--send'])
    expect(paid).toMatchObject({ code: 0, err: '' })
    expect(paid.out).toContain('Earnings.claimMany(')
    expect(await balance(holder(3))).toBeGreaterThan(before)
  })

  it('takes --to for the signer alone, and an address for it', async () => {
    const named = await claim(['1', '--to', holder(0)])
    expect(named).toMatchObject({ code: 1, err: expect.stringContaining('name no other') })
    const wrong = await claim(['--to', '0x12'], OWN_KEY)
    expect(wrong).toMatchObject({ code: 1, err: expect.stringContaining('--to takes an address') })
    const unknown = await claim(['999'])
    expect(unknown).toMatchObject({ code: 1, err: expect.stringContaining('Accounts_UnknownAccount') })
  })
})
