import type { Page } from 'playwright-core'
import type { Address, Hash } from 'viem'
import { describe, expect, it } from 'vitest'
import { callTo } from '../../../sdk/contractCall.ts'
import type { ServedPage } from '../../support/servedPage.ts'
import { claimants, claimButton, connect, GWEI, showsClaimable, showsClaimed } from './claimant.ts'

/** What may happen to a claim between the wallet and a block: blocks come here only when they are asked for. */
export function pendingClaims(served: () => ServedPage): void {
  const { holder, accountOf, claimable, balance, node } = claimants(served)
  /** What pages asked, once it was answered. */
  const answered: string[] = []

  /** Runs while no block takes what is sent. */
  const withoutBlocks = async (work: () => Promise<void>) => {
    await node().setAutomine(false)
    try {
      await work()
    } finally {
      await node().setAutomine(true)
      await node().mine({ blocks: 1 })
    }
  }
  /** Sent, and looked up by the page: nobody replaces it sooner. */
  const sent = async (page: Page): Promise<Hash> => {
    const link = page.getByTestId('claim-state').getByRole('link')
    await page.getByText('You can close this page.').waitFor()
    const hash = (await link.getAttribute('title')) as Hash
    const isLookedUp = (body: string) => body.includes('eth_getTransactionByHash') && body.includes(hash)
    await expect.poll(() => answered.some(isLookedUp), { timeout: 20_000 }).toBe(true)
    return hash
  }
  /** Puts another transaction of the same account and nonce in the place of one that waits, at twice its price. */
  const replace = async (hash: Hash, other: { to?: Address; data?: '0x' } = {}): Promise<Hash> => {
    const { reader } = served().ledger.connection
    const { from, to, input, nonce, maxFeePerGas, maxPriorityFeePerGas, gas } = await reader.getTransaction({ hash })
    const hex = (value: number | bigint) => `0x${value.toString(16)}`
    const twice = {
      from,
      to,
      data: input,
      gas: hex(gas),
      nonce: hex(nonce),
      maxFeePerGas: hex(2n * (maxFeePerGas ?? 1n)),
      maxPriorityFeePerGas: hex(2n * (maxPriorityFeePerGas ?? 1n)),
      ...other,
    }
    return await reader.request({ method: 'eth_sendTransaction', params: [twice] } as never)
  }
  const started = async (i: number) => {
    const to = holder(i)
    const gwei = await claimable(to)
    const page = await served().open(`/earnings/${to}`, to)
    page.on('requestfinished', (request) => answered.push(request.postData() ?? ''))
    await connect(page)
    return { to, gwei, page }
  }

  describe('a claim that waits for a block', () => {
    it('is found again by a page that was closed', async () => {
      const { to, gwei, page } = await started(3)
      await withoutBlocks(async () => {
        await claimButton(page, gwei).click()
        await sent(page)
        await page.reload()
        await page.getByText('Waiting for a block').waitFor()
      })
      await showsClaimed(page, gwei)
      expect(await balance(to)).toBe(gwei * GWEI)
    })

    it('cancelled in the wallet, and then sent faster, is paid once', async () => {
      const { to, gwei, page } = await started(4)
      await withoutBlocks(async () => {
        await claimButton(page, gwei).click()
        await replace(await sent(page), { to, data: '0x' })
        await node().mine({ blocks: 1 })
        await page.getByText('Your wallet put another transaction in the place of the claim').waitFor()
        expect(await claimable(to)).toBe(gwei)

        await page.getByRole('button', { name: 'Done' }).click()
        await claimButton(page, gwei).click()
        const faster = await replace(await sent(page))
        await node().mine({ blocks: 1 })
        await showsClaimed(page, gwei)
        expect(await page.getByTestId('claim-state').getByRole('link').getAttribute('title')).toBe(faster)
      })
      expect(await balance(to)).toBe(gwei * GWEI)
    })

    it('fails where another one was faster, and says so', async () => {
      const { to, gwei, page } = await started(5)
      const { connection, walletOf, wallets } = served().ledger
      const { earnings } = connection.contracts
      await withoutBlocks(async () => {
        await claimButton(page, gwei).click()
        const hash = await sent(page)
        // Anybody may send a claim; the better paid one comes first in the block.
        const { to: address, data } = callTo(earnings, 'claim', [await accountOf(to)])
        const { maxFeePerGas = 1n, maxPriorityFeePerGas = 1n } = await connection.reader.getTransaction({ hash })
        const fees = { maxFeePerGas: 10n * maxFeePerGas, maxPriorityFeePerGas: 10n * maxPriorityFeePerGas }
        await walletOf(wallets.owner).sendTransaction({ to: address, data, gas: 300_000n, ...fees })
        await node().mine({ blocks: 1 })
        expect((await connection.reader.getTransactionReceipt({ hash })).status).toBe('reverted')
      })
      await page.getByText('The claim failed on chain: most likely it was claimed already, in another tab.').waitFor()
      await showsClaimable(page, 0n)
      expect(await balance(to)).toBe(gwei * GWEI)
    })
  })
}
