import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import type { LocalAccount } from 'viem'
import { describe, expect, it } from 'vitest'
import { claim, type SigningClient, settle } from '../../../sdk/index.ts'
import { parseReceipt } from '../../../sdk/receipt.ts'
import { fund } from '../../support/localModel.ts'
import type { ServedPage } from '../../support/servedPage.ts'
import { barriers } from './barriers.ts'
import { asked, claimants, connect, steer } from './claimant.ts'

const DAY = 86_400

/** A question from a page to a real gateway: paid from a channel that is opened there, recorded, settled and claimed. */
export function tryIt(served: () => ServedPage): void {
  const { accountOf } = claimants(served)
  const payer = () => served().ledger.wallets.payers[1] as LocalAccount
  const reached = (page: Page, step: string) => page.locator(`[data-testid=progress][data-step=${step}]`).first()
  const question = (page: Page) => page.getByLabel('A text for the model to classify')

  describe('trying a model', () => {
    it('takes OPEN, a channel and a voucher, and gives an answer whose receipt holds until it is settled and claimed', async () => {
      const { ledger, model } = served()
      const page = await served().open('/', payer().address)
      await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Try it' }).click()
      await page.getByText('0.02 OPEN a question').waitFor()
      await connect(page)
      await page.getByText('Your wallet holds no OPEN.').waitFor()
      expect(await page.getByRole('button', { name: 'Open a channel' }).isDisabled()).toBe(true)

      await fund(ledger, payer(), 500_000_000n)
      await page.getByText('Enough for 10 questions. This opens an account for your address as well.').waitFor()
      await page.getByLabel('Deposit, OPEN').fill('0.6')
      await page.getByText('Your wallet holds 0.5 OPEN. Deposit less, or get more.').waitFor()
      await page.getByLabel('Deposit, OPEN').fill('0.1')
      await steer(page, { batches: true })
      await page.getByRole('button', { name: 'Open a channel' }).click()
      await question(page).fill('A pot of tea, please.')
      expect((await asked(page)).filter((method) => method === 'wallet_sendCalls')).toHaveLength(1)

      await steer(page, { declines: true })
      await page.getByRole('button', { name: 'Ask', exact: true }).click()
      await page.getByText('You declined in your wallet. Nothing was answered and nothing was paid.').waitFor()
      await steer(page, { declines: false })
      await page.getByRole('button', { name: 'Ask', exact: true }).click()
      await page.locator('.said', { hasText: 'order' }).waitFor()
      await page.getByText('The operator’s receipt was checked here').waitFor()

      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: 'Save the receipt' }).click(),
      ])
      const saved = JSON.parse(readFileSync(await download.path(), 'utf8'))
      const receipt = parseReceipt(JSON.stringify(saved.receipt), 'the saved file')
      expect(saved).toMatchObject({ question: 'A pot of tea, please.', answer: 'order' })
      expect(receipt.payer).toBe(await accountOf(payer().address))

      await reached(page, 'Recorded').waitFor()
      await page.getByText('It settles at the latest from').waitFor()
      expect(await barriers(page, 'an answer')).toEqual({})
      await page.getByText('0.08').first().waitFor()
      await page.getByRole('link', { name: 'See what moved this answer' }).click()
      await page.getByText('A pot of tea, please.').waitFor()
      await page.getByRole('button', { name: 'Remove receipt' }).click()
      await page.getByLabel('Receipt file').setInputFiles(await download.path())
      await page.getByText('A pot of tea, please.').waitFor()
      await page.goBack()

      await ledger.passSeconds(40 * DAY)
      const { operator } = receipt
      const number = await ledger.connection.reader.readContract({
        ...ledger.connection.contracts.ledger,
        functionName: 'bookCountOf',
        args: [model.model, operator],
      })
      const owner = ledger.walletOf(ledger.wallets.owner) as SigningClient
      const { deployment } = ledger
      await settle(owner, { deployment, book: { model: model.model, operator, number } })
      await reached(page, 'Settled').waitFor()
      await claim(owner, { deployment, account: await accountOf(ledger.wallets.owner.address), shares: [] })
      await reached(page, 'Claimed').waitFor()
    })

    it('asks a chat model; says how much is missing where a voucher is too small, and signs for it', async () => {
      const page = await served().open('/page.json', payer().address)
      await page.route('**/v1/models', async (route) => {
        const response = await route.fetch()
        await route.fulfill({ response, body: (await response.text()).replace('"classifications",', '') })
      })
      let isCheap = true
      await page.route('**/v1/chat/completions', async (route) => {
        const response = await route.fetch()
        const body = await response.text()
        await route.fulfill({
          response,
          body: isCheap ? body.replace(/"mostGwei":"\d+"/, '"mostGwei":"1000000"') : body,
        })
      })
      await page.goto(`${served().indexer.url}/try`)
      await connect(page)
      await page.getByLabel('What you ask').fill('{"Where"} is\n“the harbour”? \u{26f5}')
      await page.getByRole('button', { name: 'Ask', exact: true }).click()
      await page.getByText('A voucher of the channel’s signer for this much in all is missing.').waitFor()
      isCheap = false
      await page.getByRole('button', { name: 'Sign for 0.04 OPEN in all' }).click()
      await page.locator('.said', { hasText: 'question' }).waitFor()
      await page.getByText('The operator’s receipt was checked here').waitFor()
    })

    it('asks a wallet on another network to switch, returns what is left, and says so where the gateway is away or of another ledger', async () => {
      const page = await served().open('/try', payer().address)
      await connect(page)
      await steer(page, { chainId: '0x1' })
      await page.reload()
      await steer(page, { chainId: '0x1' })
      await connect(page)
      await page.getByRole('button', { name: 'Switch to chain 31337' }).click()
      await question(page).waitFor()
      await page.getByRole('button', { name: 'Request a withdrawal' }).click()
      await page.getByText('Requested. Until you can withdraw it').waitFor()
      expect(await page.getByRole('button', { name: 'Withdraw 0.06 OPEN' }).isDisabled()).toBe(true)
      await served().ledger.passSeconds(3 * DAY)
      await page.getByRole('button', { name: 'Withdraw 0.06 OPEN' }).click()
      await page.getByText('Withdrawn. It is in your wallet.').waitFor()

      await page.route('**/v1/models', (route) => route.abort())
      await page.reload()
      await page.getByText(`The gateway at ${served().gateway.url} does not answer now.`).waitFor()
      await page.unrouteAll({ behavior: 'wait' })
      await page.route('**/v1/models', async (route) => {
        const response = await route.fetch()
        await route.fulfill({ response, body: (await response.text()).replace('"chain_id":31337', '"chain_id":1') })
      })
      await page.getByRole('button', { name: 'Try now' }).click()
      await page.getByText('The gateway serves models of another ledger.').waitFor()
    })

    it('is not offered where the host names no gateway, and its address says what the host can do', async () => {
      const page = await served().open('/page.json', payer().address)
      await page.route('**/page.json', async (route) => {
        const response = await route.fetch()
        const { gatewayUrl: _, ...page } = await response.json()
        await route.fulfill({ response, body: JSON.stringify(page) })
      })
      await page.goto(`${served().indexer.url}/try`)
      await page.getByText('attribution index --gateway <url>').waitFor()
      expect(await page.getByRole('link', { name: 'Try it' }).count()).toBe(0)
    })
  })
}
