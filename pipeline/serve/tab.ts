import type { Wallet } from '../../sdk/chain.ts'
import type { Connection } from '../../sdk/contracts.ts'
import { act, transact } from '../../sdk/transact.ts'
import { WEI_PER_GWEI } from '../../sdk/units.ts'

/** A payer's side of a tab: money put down for one operator, with a cap on what a single call may cost. */

export interface TabPlan {
  readonly operator: number
  readonly amountGwei: bigint
  readonly maxFeeGwei: bigint
}

/** Puts down what the payer has not put down yet, counting what calls have already used up. */
export async function ensureTab(connection: Connection, payer: Wallet, account: number, plan: TabPlan): Promise<void> {
  const { reader, contracts } = connection
  const { ledger, openToken } = contracts
  const missingGwei = plan.amountGwei - (await fundedGwei(connection, account, plan.operator))
  if (missingGwei <= 0n) return
  await transact(reader, payer, act(openToken, 'approve', [ledger.address, missingGwei * WEI_PER_GWEI]))
  await transact(reader, payer, act(ledger, 'fundTab', [plan.operator, missingGwei, plan.maxFeeGwei]))
}

/** All that `payer` ever put down at `operator`. */
async function fundedGwei(
  { reader, contracts, fromBlock }: Connection,
  payer: number,
  operator: number,
): Promise<bigint> {
  const events = await reader.getContractEvents({
    ...contracts.ledger,
    eventName: 'TabFunded',
    args: { payer, operator },
    fromBlock,
    strict: true,
  })
  return events.reduce((sum, { args }) => sum + args.amountGwei, 0n)
}
