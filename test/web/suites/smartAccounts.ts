import { type Address, parseEther } from 'viem'
import { describe, expect, it } from 'vitest'
import { callTo } from '../../../sdk/contractCall.ts'
import { transact } from '../../../sdk/node/transactions/transact.ts'
import { contractWalletCode } from '../../support/contractWallet.ts'
import type { ServedPage } from '../../support/servedPage.ts'
import { asked, claimants, claimButton, connect, GWEI, showsClaimable, showsClaimed } from './claimant.ts'

const SAFE: Address = '0x5afe00000000000000000000000000000005afe0'

/** Accounts with code: contract wallets (ERC-1271), and keys with a delegate (EIP-7702). */
export function smartAccounts(served: () => ServedPage): void {
  const { holder, accountOf, claimable, balance, node } = claimants(served)

  describe('an account with code', () => {
    it('takes over an account, and claims without gas by what its owner signs', async () => {
      const owner = holder(6)
      const [account, gwei] = [await accountOf(owner), await claimable(owner)]
      await node().setCode({ address: SAFE, bytecode: contractWalletCode(owner) })
      await node().setBalance({ address: SAFE, value: parseEther('1') })
      await node().impersonateAccount({ address: SAFE })
      const { connection, walletOf, wallets } = served().ledger
      const propose = callTo(connection.contracts.accounts, 'proposePayout', [account, SAFE])
      await transact(connection.reader, walletOf(wallets.contributors[6] as never), propose)

      const page = await served().open(`/earnings/${account}`, SAFE, { owner })
      await connect(page)
      await page.getByRole('button', { name: 'Accept this account' }).click()
      await page.getByRole('button', { name: 'Accept', exact: true }).click()
      await page.getByText('Accepted. This address is paid from now on.').waitFor()
      await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click()
      await showsClaimable(page, gwei)

      await page.getByRole('button', { name: 'Other ways to claim' }).click()
      await page.getByRole('textbox', { name: 'Pay to' }).fill(SAFE)
      await page.getByText('I sign, and a relayer sends it').click()
      await page.getByRole('button', { name: 'Claim', exact: true }).click()
      await showsClaimed(page, gwei)
      expect(await balance(SAFE)).toBe(gwei * GWEI)
      const sends = (await asked(page)).filter((method) => method === 'eth_sendTransaction')
      expect(sends).toHaveLength(1)
    })

    it('with a delegate is a key’s account: it claims, and is paid without a warning', async () => {
      const { ledger } = served()
      const key = ledger.wallets.contributors[3]
      const to = holder(3)
      const reader = ledger.connection.reader
      const contractAddress = ledger.deployment.contracts.openToken
      const nonce = (await reader.getTransactionCount({ address: to })) + 1
      const chainId = ledger.deployment.chainId
      const authorization = await key?.signAuthorization?.({ contractAddress, chainId, nonce })
      const hash = await ledger.walletOf(key as never).sendTransaction({
        to: ledger.wallets.owner.address,
        authorizationList: authorization === undefined ? [] : [authorization],
      })
      await reader.waitForTransactionReceipt({ hash })
      expect(await reader.getCode({ address: to })).toMatch(/^0xef0100/)

      const [gwei, before] = [await claimable(to), await balance(to)]
      expect(gwei).toBeGreaterThan(0n)
      const page = await served().open(`/earnings/${to}`, to)
      await connect(page)
      await page.getByRole('button', { name: 'Other ways to claim' }).click()
      await page.getByRole('textbox', { name: 'Pay to' }).fill(to)
      await page.waitForTimeout(300)
      expect(await page.getByText('This address is a contract.').count()).toBe(0)
      await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click()
      await claimButton(page, gwei).click()
      await showsClaimed(page, gwei)
      expect((await balance(to)) - before).toBe(gwei * GWEI)
    })
  })
}
