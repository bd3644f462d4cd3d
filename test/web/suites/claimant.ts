import type { Page } from 'playwright-core'
import { type Address, createTestClient, http, type TestClient } from 'viem'
import { openParts } from '../../../web/src/format.ts'
import type { ServedPage } from '../../support/servedPage.ts'
import type { WalletState } from '../../support/testWallet.ts'

/** What tests of claims do in a page, and ask of the chain. */
export function claimants(served: () => ServedPage) {
  const chain = () => served().ledger.connection
  const holder = (i: number) => served().ledger.wallets.contributors[i]?.address as Address
  const accountOf = (address: Address): Promise<number> =>
    chain().reader.readContract({ ...chain().contracts.accounts, functionName: 'accountOf', args: [address] })
  return {
    holder,
    accountOf,
    /** What the chain says that somebody can claim. */
    claimable: async (address: Address): Promise<bigint> => {
      const args = [await accountOf(address)] as const
      const call = { ...chain().contracts.earnings, functionName: 'earningsOf', args } as const
      const [earned, claimed] = await chain().reader.readContract(call)
      return earned - claimed
    },
    balance: async (of: Address): Promise<bigint> =>
      await chain().reader.readContract({ ...chain().contracts.openToken, functionName: 'balanceOf', args: [of] }),
    node: (): TestClient =>
      createTestClient({ mode: 'anvil', chain: chain().reader.chain, transport: http(served().ledger.rpcUrl) }),
  }
}

export const GWEI = 1_000_000_000n

export function claimButton(page: Page, gwei: bigint) {
  return page.getByRole('button', { name: `Claim ${openParts(gwei).digits} OPEN` })
}

export async function connect(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Connect wallet', exact: true }).click()
  await page.getByRole('button', { name: 'Test wallet' }).click()
}

export async function steer(page: Page, state: Partial<WalletState>): Promise<void> {
  await page.evaluate(
    (given) => Object.assign((globalThis as unknown as { testWallet: object }).testWallet, given),
    state,
  )
}

/** Every method that the page asked its wallet for. */
export async function asked(page: Page): Promise<readonly string[]> {
  return await page.evaluate(() => (globalThis as unknown as { testWallet: { asked: string[] } }).testWallet.asked)
}

export async function showsClaimable(page: Page, gwei: bigint): Promise<void> {
  const { digits, zeros } = openParts(gwei)
  await page.getByTestId('claimable').getByText(`${digits}${zeros}`).waitFor()
}

export async function showsClaimed(page: Page, gwei: bigint): Promise<void> {
  await page.getByText(`You claimed ${openParts(gwei).digits} OPEN.`).waitFor()
}
