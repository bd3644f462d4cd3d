import type { Page } from 'playwright-core'
import { type Address, createTestClient, http } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openParts } from '../../web/src/format.ts'
import { type ServedPage, startServedPage } from '../support/servedPage.ts'
import type { WalletState } from '../support/testWallet.ts'

describe('a claim in the page', () => {
  let served: ServedPage
  const accounts: number[] = []

  beforeAll(async () => {
    served = await startServedPage()
    const { reader, contracts } = served.ledger.connection
    for (const { address } of served.ledger.wallets.contributors) {
      const args = [address] as const
      accounts.push(await reader.readContract({ ...contracts.accounts, functionName: 'accountOf', args }))
    }
  })
  afterAll(async () => {
    await served?.stop()
  })

  const holder = (i: number): Address => served.ledger.wallets.contributors[i]?.address as Address

  /** What the chain says that somebody can claim. */
  const claimable = async (i: number): Promise<bigint> => {
    const { reader, contracts } = served.ledger.connection
    const args = [accounts[i] as number] as const
    const [earned, claimed] = await reader.readContract({ ...contracts.earnings, functionName: 'earningsOf', args })
    return earned - claimed
  }
  const balance = async (of: Address): Promise<bigint> => {
    const { reader, contracts } = served.ledger.connection
    return await reader.readContract({ ...contracts.openToken, functionName: 'balanceOf', args: [of] })
  }
  const button = (page: Page, gwei: bigint) =>
    page.getByRole('button', { name: `Claim ${openParts(gwei).digits} OPEN` })
  const connect = async (page: Page) => {
    await page.getByRole('button', { name: 'Connect wallet', exact: true }).click()
    await page.getByRole('button', { name: 'Test wallet' }).click()
  }
  const steer = (page: Page, state: Partial<WalletState>) =>
    page.evaluate((given) => Object.assign((globalThis as unknown as { testWallet: object }).testWallet, given), state)
  const shows = async (page: Page, gwei: bigint) => {
    const { digits, zeros } = openParts(gwei)
    await page.getByTestId('claimable').getByText(`${digits}${zeros}`).waitFor()
  }

  it('is found from the overview, declined without harm, made, and shown right without a reload', async () => {
    const [to, gwei] = [holder(0), await claimable(0)]
    expect(gwei).toBeGreaterThan(0n)
    const page = await served.open('/', to)
    await page.getByRole('searchbox').fill(to)
    await page.getByRole('button', { name: 'Search' }).click()
    await shows(page, gwei)
    await connect(page)
    await steer(page, { declines: true })
    await button(page, gwei).click()
    await page.getByText('You declined in your wallet. Nothing was sent and nothing was paid.').waitFor()
    expect(await claimable(0)).toBe(gwei)

    await steer(page, { declines: false })
    const before = await balance(to)
    await button(page, gwei).click()
    await page.getByText(`You claimed ${openParts(gwei).digits} OPEN.`).waitFor()
    await shows(page, 0n)
    expect(await claimable(0)).toBe(0n)
    expect((await balance(to)) - before).toBe(gwei * 1_000_000_000n)
    expect(await page.getByRole('button', { name: 'Claim 0 OPEN' }).isDisabled()).toBe(true)
  })

  it('asks a wallet on another network to switch; is known in a second tab; and is claimable again after a reorg', async () => {
    const [to, gwei] = [holder(1), await claimable(1)]
    const page = await served.open(`/earnings/${to}`, to)
    const second = await served.open(`/earnings/${to}`, to)
    await Promise.all([shows(page, gwei), shows(second, gwei)])
    await connect(page)
    await page.evaluate(() => {
      const wallet = (globalThis as unknown as { testWallet: { chainId: string } }).testWallet
      wallet.chainId = '0x1'
    })
    await page.reload()
    await steer(page, { chainId: '0x1' })
    await connect(page)
    await page.getByText('Your wallet is on another network. This ledger lives on chain 31337.').waitFor()
    await page.getByRole('button', { name: 'Switch to chain 31337' }).click()
    await button(page, gwei).click()
    await page.getByText(`You claimed ${openParts(gwei).digits} OPEN.`).waitFor()
    await shows(second, 0n)

    const node = createTestClient({ mode: 'anvil', transport: http(served.ledger.rpcUrl) })
    await node.request({ method: 'anvil_reorg', params: [1, []] } as never)
    await page.getByText('The chain dropped the block of your claim.').waitFor()
    await Promise.all([shows(page, gwei), shows(second, gwei)])
  })

  it('works while the index does not answer, and believes the chain where the index says otherwise', async () => {
    await served.indexer.atHead()
    const [to, gwei] = [holder(1), await claimable(1)]
    const page = await served.open('/earnings', to)
    await page.route('**/graphql', async (route) => {
      const response = await route.fetch()
      await route.fulfill({
        response,
        body: (await response.text()).replace(/"claimableGwei":"\d+"/, '"claimableGwei":"7"'),
      })
    })
    await page.getByRole('textbox', { name: 'Address, or account number' }).fill(`${accounts[1]}`)
    await page.getByRole('button', { name: 'Look up' }).click()
    await page.getByText(`The index says 0.000000007, the chain says ${openParts(gwei).digits}.`).waitFor()

    await page.unroute('**/graphql')
    await page.route('**/graphql', (route) => route.abort())
    await page.getByText('This page could not reach the index. You can still claim.').first().waitFor()
    await connect(page)
    await button(page, gwei).click()
    await page.getByText(`You claimed ${openParts(gwei).digits} OPEN.`).waitFor()
    expect(await claimable(1)).toBe(0n)
  })

  it('pays to another address, after a warning where that is a contract', async () => {
    const [to, gwei] = [holder(2), await claimable(2)]
    const page = await served.open(`/earnings/${accounts[2]}`, to)
    await connect(page)
    await page.getByRole('button', { name: 'Other ways to claim' }).click()
    const field = page.getByRole('textbox', { name: 'Pay to' })
    await field.fill(served.ledger.deployment.contracts.ledger)
    await page.getByText('This address is a contract.').waitFor()
    const cold: Address = '0x00000000000000000000000000000000000c01d0'
    await field.fill(cold)
    await page.getByRole('button', { name: 'Claim', exact: true }).click()
    await page.getByText(`You claimed ${openParts(gwei).digits} OPEN.`).waitFor()
    expect(await balance(cold)).toBe(gwei * 1_000_000_000n)
  })
})
