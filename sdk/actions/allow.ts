import { readContract } from 'viem/actions'
import { callTo } from '../contractCall.ts'
import { contractsOf } from '../contracts.ts'
import { WEI_PER_GWEI } from '../units.ts'
import type { SigningClient } from './client.ts'
import { type Sending, send } from './send.ts'

/** Lets `Earnings` collect a deposit, where it may not yet: exactly as much as is deposited. */
export async function allowDeposit(client: SigningClient, sending: Sending, amountGwei: bigint): Promise<void> {
  const { openToken, earnings } = contractsOf(sending.deployment)
  const amount = amountGwei * WEI_PER_GWEI
  const args = [client.account.address, earnings.address] as const
  if ((await readContract(client, { ...openToken, functionName: 'allowance', args })) >= amount) return
  await send(client, sending, callTo(openToken, 'approve', [earnings.address, amount]))
}
