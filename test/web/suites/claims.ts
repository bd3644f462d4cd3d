import type { Address } from 'viem'
import { describe, expect, it } from 'vitest'
import { openParts } from '../../../web/src/format.ts'
import type { ServedPage } from '../../support/servedPage.ts'
import { claimants, claimButton, connect, GWEI, showsClaimable, showsClaimed, steer } from './claimant.ts'

/** Claims by a key's account, when all goes well, and when chain, index or network are in the way. */
export function claims(served: () => ServedPage): void {
  const { holder, accountOf, claimable, balance, node } = claimants(served)

  describe('a claim', () => {
    it('is found from the overview, declined without harm, made, and shown right without a reload', async () => {
      const to = holder(0)
      const gwei = await claimable(to)
      expect(gwei).toBeGreaterThan(0n)
      const page = await served().open('/', to)
      await page.getByRole('searchbox').fill(to)
      await page.getByRole('button', { name: 'Search' }).click()
      await showsClaimable(page, gwei)
      await connect(page)
      await steer(page, { declines: true })
      await claimButton(page, gwei).click()
      await page.getByText('You declined in your wallet. Nothing was sent and nothing was paid.').waitFor()
      expect(await claimable(to)).toBe(gwei)

      await steer(page, { declines: false })
      const before = await balance(to)
      await claimButton(page, gwei).click()
      await showsClaimed(page, gwei)
      await showsClaimable(page, 0n)
      expect(await claimable(to)).toBe(0n)
      expect((await balance(to)) - before).toBe(gwei * GWEI)
      expect(await page.getByRole('button', { name: 'Claim 0 OPEN' }).isDisabled()).toBe(true)
    })

    it('asks a wallet on another network to switch; is known in a second tab; and is claimable again after a reorg', async () => {
      const to = holder(1)
      const gwei = await claimable(to)
      const page = await served().open(`/earnings/${to}`, to)
      const second = await served().open(`/earnings/${to}`, to)
      await Promise.all([showsClaimable(page, gwei), showsClaimable(second, gwei)])
      await connect(page)
      await steer(page, { chainId: '0x1' })
      await page.reload()
      await steer(page, { chainId: '0x1' })
      await connect(page)
      await page.getByText('Your wallet is on another network. This ledger lives on chain 31337.').waitFor()
      await page.getByRole('button', { name: 'Switch to chain 31337' }).click()
      await claimButton(page, gwei).click()
      await showsClaimed(page, gwei)
      await showsClaimable(second, 0n)

      await node().request({ method: 'anvil_reorg', params: [1, []] } as never)
      await page.getByText('The chain dropped the block of your claim.').waitFor()
      await Promise.all([showsClaimable(page, gwei), showsClaimable(second, gwei)])
    })

    it('works while the index does not answer, and believes the chain where the index says otherwise', async () => {
      await served().indexer.atHead()
      const to = holder(1)
      const [account, gwei] = [await accountOf(to), await claimable(to)]
      const page = await served().open('/earnings', to)
      await page.route('**/graphql', async (route) => {
        const response = await route.fetch()
        const body = (await response.text()).replace(/"claimableGwei":"\d+"/, '"claimableGwei":"7"')
        await route.fulfill({ response, body })
      })
      await page.getByRole('textbox', { name: 'Address, or account number' }).fill(`${account}`)
      await page.getByRole('button', { name: 'Look up' }).click()
      await page.getByText(`The index says 0.000000007, the chain says ${openParts(gwei).digits}.`).waitFor()

      await page.unrouteAll({ behavior: 'wait' })
      const bringUp = await served().takeDown()
      await page.getByText('This page could not reach the index. You can still claim.').first().waitFor()
      await connect(page)
      await claimButton(page, gwei).click()
      await showsClaimed(page, gwei)
      expect(await claimable(to)).toBe(0n)
      await bringUp()
      await page.getByText('This page could not reach the index.').first().waitFor({ state: 'hidden' })
      await page.getByRole('heading', { name: 'Claims', exact: true }).waitFor()
    })

    it('pays to another address, after a warning where that is a contract', async () => {
      const to = holder(2)
      const gwei = await claimable(to)
      const page = await served().open(`/earnings/${await accountOf(to)}`, to)
      await connect(page)
      await page.getByRole('button', { name: 'Other ways to claim' }).click()
      const field = page.getByRole('textbox', { name: 'Pay to' })
      await field.fill(served().ledger.deployment.contracts.ledger)
      await page.getByText('This address is a contract.').waitFor()
      const cold: Address = '0x00000000000000000000000000000000000c01d0'
      await field.fill(cold)
      await page.getByRole('button', { name: 'Claim', exact: true }).click()
      await showsClaimed(page, gwei)
      expect(await balance(cold)).toBe(gwei * GWEI)
    })

    it('is off, with a reason, for an account that earned nothing', async () => {
      const payer = served().ledger.wallets.payers[0]?.address as Address
      const page = await served().open(`/earnings/${payer}`, payer)
      await connect(page)
      await page.getByText('Nothing to claim yet.').waitFor()
      expect(await page.getByRole('button', { name: 'Claim 0 OPEN' }).isDisabled()).toBe(true)
      expect(await page.getByRole('button', { name: 'Other ways to claim' }).isDisabled()).toBe(true)
    })

    it('is settled with a book that is due, in one transaction', async () => {
      await served().ledger.passSeconds(32 * 86_400)
      const to = holder(2)
      const before = await balance(to)
      const page = await served().open(`/earnings/${to}`, to)
      await connect(page)
      await page.getByRole('button', { name: 'Settle it and claim' }).click()
      await page.getByText(/^You claimed [\d.]+ OPEN\.$/).waitFor()
      expect(await balance(to)).toBeGreaterThan(before)
      await page.getByText('Nothing is pending.').waitFor()
      expect(await claimable(to)).toBe(0n)
    })
  })
}
