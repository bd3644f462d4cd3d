import type { Connection } from '../../sdk/contracts.ts'
import { StopError } from '../../sdk/errors.ts'
import { WEI_PER_GWEI } from '../../sdk/units.ts'
import type { AccountMoney, BondMoney, TabMoney } from './ask.ts'

/**
 * Money as the API tells it, held against the chain's storage: every account's matured and pending earnings, and that
 * the ledger holds exactly what it owes, in tabs, earnings and bonds. Throws on the first gwei of difference.
 */
export async function requireAgreement(
  { reader, contracts }: Connection,
  accounts: readonly AccountMoney[],
  tabs: readonly TabMoney[],
  bonds: readonly BondMoney[],
): Promise<void> {
  const { ledger, openToken, accounts: registry } = contracts
  const count = await reader.readContract({ ...registry, functionName: 'accountCount' })
  same('how many accounts there are', BigInt(accounts.length), BigInt(count))
  let owedGwei = 0n
  for (const { id, maturedGwei, pendingGwei } of accounts) {
    const [matured, pending] = await reader.readContract({ ...ledger, functionName: 'earningsOf', args: [id] })
    same(`the matured earnings of account ${id}`, maturedGwei, matured)
    same(`the pending earnings of account ${id}`, pendingGwei, pending)
    owedGwei += maturedGwei + pendingGwei
  }
  for (const { payer, operator, balanceGwei } of tabs) {
    const tab = await reader.readContract({ ...ledger, functionName: 'tabOf', args: [payer, operator] })
    same(`the tab of account ${payer} at operator ${operator}`, balanceGwei, tab.balanceGwei)
    owedGwei += balanceGwei
  }
  for (const { id, balanceGwei, exposureGwei, stakedGwei } of bonds) {
    const bond = await reader.readContract({ ...ledger, functionName: 'bondStateOf', args: [BigInt(id)] })
    same(`the balance of bond ${id}`, balanceGwei, bond.balanceGwei)
    same(`the fees that bond ${id} answers for`, exposureGwei, bond.exposureGwei)
    same(`what the Court holds of bond ${id}`, stakedGwei, bond.stakedGwei)
    owedGwei += balanceGwei + stakedGwei
  }
  // Slashed and not burnt yet: the ledger holds it, and owes it to nobody.
  owedGwei += await reader.readContract({ ...ledger, functionName: 'unburntGwei' })
  const heldWei = await reader.readContract({ ...openToken, functionName: 'balanceOf', args: [ledger.address] })
  same('the ledger’s debts and its OPEN in wei', owedGwei * WEI_PER_GWEI, heldWei)
}

function same(what: string, told: bigint, stored: bigint): void {
  if (told === stored) return
  throw new StopError(
    `The API and the chain disagree about ${what}`,
    { api: told, chain: stored },
    'Please report this; an auditor would side with the chain.',
  )
}
