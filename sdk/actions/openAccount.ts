import type { Address, TransactionReceipt } from 'viem'
import { callTo, eventIn } from '../contractCall.ts'
import { contractsOf } from '../contracts.ts'
import type { SigningClient } from './client.ts'
import { type Sending, send } from './send.ts'

export interface OpenAccountArgs extends Sending {
  /** Who is paid, and acts as the account; the client's own address unless another is given. */
  readonly payout?: Address | undefined
}

/**
 * Opens an account, which everybody who earns or pays has.
 *
 * @example
 * const { account } = await openAccount(client, { deployment })
 */
export async function openAccount(
  client: SigningClient,
  { payout = client.account.address, ...sending }: OpenAccountArgs,
): Promise<{ readonly account: number; readonly receipt: TransactionReceipt }> {
  const { accounts } = contractsOf(sending.deployment)
  const receipt = await send(client, sending, callTo(accounts, 'open', [payout]))
  return { account: eventIn(receipt, accounts, 'AccountOpened').account, receipt }
}
