import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { type LocalAccount, parseEther } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openBudgets } from '../../gateway/relay/budgets.ts'
import { type RunningRelay, startRelay } from '../../gateway/relay/startRelay.ts'
import { getEarnings } from '../../sdk/actions/getEarnings.ts'
import { type SignedClaim, signClaim } from '../../sdk/actions/signClaim.ts'
import { type LocalLedger, startLocalLedger } from '../support/localLedger.ts'
import { beginScenario, tellOfABook } from '../support/scenario.ts'

const log = { info: () => {}, warn: () => {}, error: () => {} }

describe('a relayer', () => {
  let ledger: LocalLedger
  let relay: RunningRelay
  let payer: LocalAccount
  let earner: { readonly account: number; readonly wallet: LocalAccount }

  const startWith = async (accountWei: bigint, totalWei: bigint, file = 'budget.json') =>
    await startRelay({
      connection: ledger.connection,
      account: payer,
      accountWei,
      totalWei,
      budgetFile: join(ledger.folder, file),
      host: '127.0.0.1',
      port: 0,
      log,
    })
  const post = async (url: string, claim: object) => {
    const response = await fetch(url, { method: 'POST', body: JSON.stringify(claim) })
    return { status: response.status, body: (await response.json()) as { transactionHash?: string; error?: string } }
  }
  const wire = (signed: SignedClaim) => ({
    account: signed.account,
    to: signed.to,
    minGwei: `${signed.minGwei}`,
    deadline: `${signed.deadline}`,
    nonce: `${signed.nonce}`,
    signature: signed.signature,
  })
  const signed = async (more: Partial<SignedClaim> = {}) => {
    const { timestamp } = await ledger.connection.reader.getBlock()
    const { deployment } = ledger
    const { account, wallet } = earner
    const claim = { deployment, account, to: payer.address, minGwei: 1n, deadline: timestamp + 3_600n, ...more }
    return await signClaim(ledger.walletOf(wallet), claim)
  }

  beforeAll(async () => {
    ledger = await startLocalLedger(4)
    await tellOfABook(await beginScenario(ledger, 20_261_202))
    payer = privateKeyToAccount(generatePrivateKey())
    await ledger.connection.reader.request({
      method: 'anvil_setBalance',
      params: [payer.address, `0x${parseEther('10').toString(16)}`],
    } as never)
    earner = await earnerOf(ledger)
    relay = await startWith(parseEther('1'), parseEther('2'))
  })
  afterAll(async () => {
    await relay?.close()
    await ledger?.stop()
  })

  it('refuses what nobody could send, and says why', async () => {
    const claim = wire(await signed())
    const refusals = [
      [{}, 400, /account/],
      [{ ...claim, to: '0x1' }, 400, /to: is no address/],
      [{ ...claim, deadline: '1' }, 400, /deadline is over/],
      [{ ...claim, nonce: '99' }, 409, /nonce is 99/],
      [{ ...claim, minGwei: '5' }, 409, /BadSignature|signature/i],
      [{ ...claim, extra: 1 }, 400, /extra/],
      [{ ...claim, account: 4_294_967_295 }, 400, /no account 4294967295/],
    ] as const
    for (const [body, status, error] of refusals) {
      const answer = await post(relay.url, body)
      expect([body, answer.status]).toEqual([body, status])
      expect(answer.body.error).toMatch(error)
    }
    expect((await fetch(`${relay.url}/elsewhere`)).status).toBe(404)
  })

  it('spends no more than its budgets, and remembers them', async () => {
    const poor = await startWith(1n, parseEther('1'), 'poor.json')
    const answer = await post(poor.url, wire(await signed()))
    expect([answer.status, answer.body.error]).toEqual([429, expect.stringContaining('no more gas for account')])
    await poor.close()

    const file = join(ledger.folder, 'days.json')
    const noon = Date.UTC(2026, 10, 30, 12)
    const limits = { accountWei: 10n, totalWei: 15n }
    const before = openBudgets(file, limits, () => noon)
    const first = before.reserve(1, 8n)
    if ('refused' in first) throw new Error(first.refused)
    first.spent(6n)
    const after = openBudgets(file, limits, () => noon)
    expect(after.reserve(1, 5n)).toEqual({ refused: expect.stringContaining('account 1') })
    expect(after.reserve(1, 4n)).not.toHaveProperty('refused')
    expect(after.reserve(2, 6n)).toEqual({ refused: expect.stringContaining('spends a day') })
    expect(openBudgets(file, limits, () => noon + 86_400_000).reserve(2, 10n)).not.toHaveProperty('refused')
    rmSync(file)
  })

  it('sends a signed claim once, however often it is posted, and a page may post it', async () => {
    const before = await balanceOf(ledger, payer)
    const claim = wire(await signed())
    const answers = await Promise.all([post(relay.url, claim), post(relay.url, claim)])
    expect(answers[0]).toEqual({ status: 200, body: { transactionHash: expect.stringMatching(/^0x[0-9a-f]{64}$/) } })
    expect(answers[1]).toEqual(answers[0])
    expect(await balanceOf(ledger, payer)).toBeGreaterThan(before)
    expect((await post(relay.url, claim)).body).toEqual(answers[0]?.body)
    const preflight = await fetch(relay.url, {
      method: 'OPTIONS',
      headers: { origin: 'https://page.example', 'access-control-request-method': 'POST' },
    })
    expect(preflight.headers.get('access-control-allow-origin')).toBe('*')
  })
})

async function balanceOf({ connection }: LocalLedger, { address }: LocalAccount): Promise<bigint> {
  const { reader, contracts } = connection
  return await reader.readContract({ ...contracts.openToken, functionName: 'balanceOf', args: [address] })
}

/** Somebody who has earned, and whose key the test holds. */
async function earnerOf(ledger: LocalLedger) {
  const { connection, deployment, wallets } = ledger
  const all = Object.values(wallets).flat() as LocalAccount[]
  for (const wallet of all) {
    const account = await connection.reader.readContract({
      ...connection.contracts.accounts,
      functionName: 'accountOf',
      args: [wallet.address],
    })
    if (account === 0) continue
    const { claimableGwei } = await getEarnings(connection.reader, { deployment, account })
    if (claimableGwei > 0n) return { account, wallet }
  }
  throw new Error('Nobody has earned anything')
}
