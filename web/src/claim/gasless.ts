import { type Claimed, contractsOf, type Sending, type SigningClient, signClaim } from '@attribution-ledger/sdk'
import { type Address, parseEventLogs, type TransactionReceipt } from 'viem'
import { getBlock, waitForTransactionReceipt } from 'viem/actions'
import { relayClaim } from './relay.ts'

const HOUR = 3_600n

interface Gasless {
  readonly relayUrl: string
  readonly account: number
  readonly to: Address
  readonly minGwei: bigint
}

/** A claim that the wallet signs and a relayer sends, who pays for the gas. */
export async function claimGasless(
  client: SigningClient,
  { deployment, onSent }: Sending,
  { relayUrl, ...claim }: Gasless,
): Promise<Claimed> {
  // Of the chain: its clock is the one that the claim must not be late by.
  const { timestamp } = await getBlock(client)
  const signed = await signClaim(client, { deployment, ...claim, deadline: timestamp + HOUR })
  const hash = await relayClaim(relayUrl, signed)
  onSent?.(hash)
  const receipt = await waitForTransactionReceipt(client, { hash })
  const paid = paidIn(receipt, contractsOf(deployment).earnings)
  if (paid === undefined) throw new Error(`${hash} reverted although it passed just before`)
  return { ...paid, receipt }
}

/** What a receipt says that a claim paid. */
export function paidIn(receipt: TransactionReceipt, { abi }: ReturnType<typeof contractsOf>['earnings']) {
  const [paid] = parseEventLogs({ abi, logs: receipt.logs, eventName: 'RewardClaimed' })
  return paid && { amountGwei: paid.args.amountGwei, to: paid.args.to }
}
