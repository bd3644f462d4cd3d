import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import type { Hex } from 'viem'
import { describe, expect, it } from 'vitest'
import { readItemsFolder } from '../../../pipeline/publish/itemsFolder.ts'
import { contributionId } from '../../../sdk/contribution.ts'
import { attribution, signedBy } from '../../support/attribution.ts'
import { newFolder } from '../../support/folder.ts'
import type { ServedPage } from '../../support/servedPage.ts'
import { surroundingsOf } from '../../support/surroundings.ts'
import { asked, claimants, connect, steer } from './claimant.ts'

const ITEMS = [
  { label: 'order', text: 'Two loaves of rye bread for Saturday, please.' },
  { label: 'question', text: 'When does the museum close? \u{1f3db} “Soon”' },
  { label: 'order', text: 'Send me\ntwelve red tulips.' },
]
const FILE = {
  name: 'alice.jsonl',
  mimeType: 'application/jsonl',
  buffer: Buffer.from(ITEMS.map((item) => `${JSON.stringify(item)}\n`).join('')),
}
/** The named wallets and payers come before contributors. */
const FIRST_CONTRIBUTOR = 9

/** From a file of items in a page to a frozen version by the curator's command. */
export function contributions(served: () => ServedPage): void {
  const { holder, accountOf } = claimants(served)
  const folder = newFolder('bundle')
  const path = join(folder, FILE.name)
  const salts = `${path}.commitment.json`
  let contribution: Hex

  const saved = async (page: Page, button: string, to: string) => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: button }).click(),
    ])
    await download.saveAs(to)
    expect(download.suggestedFilename()).toBe(to.slice(folder.length + 1))
  }

  describe('a contribution from a page', () => {
    it('takes one transaction for account and items where the wallet can, and sends no word of them', async () => {
      const newcomer = holder(7)
      const page = await served().open('/datasets/1', newcomer)
      const bodies: string[] = []
      page.on('request', (request) => bodies.push(request.postData() ?? ''))
      await connect(page)
      await steer(page, { batches: true })
      await page.getByLabel('Items file').setInputFiles({ ...FILE, buffer: Buffer.from('{"label": "order"}\n') })
      await page.getByText('Line 1 of alice.jsonl is not an item.').waitFor()
      await page.getByLabel('Items file').setInputFiles(FILE)
      const submit = page.getByRole('button', { name: 'Contribute 3 items' })
      expect(await submit.isDisabled()).toBe(true)
      await saved(page, 'Save items', path)
      await saved(page, 'Save salts', salts)
      await page.getByLabel('I read these terms, and agree to them').check()
      await submit.click()
      await page.getByText('Submitted. Hand alice.jsonl and its salts to the curator').waitFor()
      expect((await asked(page)).filter((method) => /^(wallet_sendCalls|eth_sendTransaction)$/.test(method))).toEqual([
        'wallet_sendCalls',
      ])

      const [bundle] = readItemsFolder(folder)
      expect(bundle?.items).toEqual(ITEMS)
      const account = await accountOf(newcomer)
      contribution = contributionId(1, account, bundle?.itemsRoot as Hex, ITEMS.length)
      await page.getByText('Awaits the curator').waitFor()
      const { items } = JSON.parse(readFileSync(salts, 'utf8')) as { items: { salt: Hex }[] }
      expect(new Set(items.map(({ salt }) => salt)).size).toBe(ITEMS.length)
      expect(bodies.some((body) => body.includes('museum') || items.some(({ salt }) => body.includes(salt)))).toBe(
        false,
      )
    })

    it('is the same to the contributor’s command, and frozen by the curator’s', async () => {
      const surroundings = surroundingsOf(served().ledger)
      const terms = join(folder, 'TERMS.md')
      writeFileSync(terms, new Uint8Array([1]))
      const again = await attribution(['contribution', 'add', path, '--dataset', '1', '--terms', terms, '--yes'], {
        ...surroundings,
        ...signedBy(FIRST_CONTRIBUTOR + 7),
      })
      expect(again.out).toContain(`These items are contribution ${contribution} already: submitted.`)
      const ids = [...served().model.contributions.map(({ id }) => id), contribution]
      const frozen = await attribution(['dataset', 'freeze', '1', ...ids, '--yes'], { ...surroundings, ...signedBy(1) })
      expect(frozen).toMatchObject({ code: 0, out: expect.stringContaining('holds exactly these 8 contributions.') })
    })

    it('is restored with its salts, withdrawn by its contributor, and another one rejected by the curator', async () => {
      const newcomer = holder(7)
      const page = await served().open('/datasets/1', newcomer)
      await connect(page)
      const kept = { name: 'alice.jsonl.commitment.json', mimeType: 'application/json', buffer: readFileSync(salts) }
      await page.getByLabel('Items file').setInputFiles([FILE, kept])
      await page.getByText('with the salts that you kept').waitFor()
      const other = Buffer.from(`{"label":"a","text":"b"}\n${FILE.buffer.toString().split('\n').slice(1).join('\n')}`)
      await page.getByLabel('Items file').setInputFiles([{ ...FILE, buffer: other }, kept])
      await page.getByText('alice.jsonl.commitment.json is of other items than those chosen.').waitFor()

      await page.getByRole('button', { name: 'Withdraw consent' }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Withdraw consent' }).click()
      const answer = page.getByText('Consent withdrawn. New models may use these rows for 30 days at the latest.')
      await answer.waitFor()
      await page.getByText('Consent withdrawn', { exact: true }).waitFor()
      expect(await answer.isVisible()).toBe(true)
      await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click()

      await page.getByLabel('Items file').setInputFiles({ ...FILE, name: 'bob.jsonl' })
      await page.getByRole('button', { name: 'Save salts' }).click()
      await page.getByLabel('I read these terms, and agree to them').check()
      await page.getByRole('button', { name: 'Contribute 3 items' }).click()
      await page.getByText('Submitted. Hand bob.jsonl and its salts').waitFor()
      const curator = await served().open('/datasets/1', served().ledger.wallets.curator.address)
      await connect(curator)
      await curator.getByLabel('Items file').setInputFiles([FILE, kept])
      await curator.getByText(`Hashes match the contribution of account ${await accountOf(newcomer)}.`).waitFor()
      await curator.getByLabel('Items file').setInputFiles(FILE)
      await curator.getByText('without the salts nothing can be compared').waitFor()
      await curator.getByRole('button', { name: 'Reject' }).click()
      await curator.getByText('Rejected. No version takes it.').waitFor()
      await curator.getByText('Rejected', { exact: true }).waitFor()
    })
  })
}
