import type { Hex, TransactionReceipt } from 'viem'
import { callTo, eventIn } from '../contractCall.ts'
import { contractsOf } from '../contracts.ts'
import type { SigningClient } from './client.ts'
import { type Sending, send } from './send.ts'
import type { SignedContribution } from './signContribution.ts'

export interface ContributeBySigArgs extends Sending {
  readonly signed: SignedContribution
}

/**
 * Sends a contribution that its contributor signed.
 *
 * @example
 * const { contribution } = await contributeBySig(relayer, { deployment, signed })
 */
export async function contributeBySig(
  client: SigningClient,
  { signed, ...sending }: ContributeBySigArgs,
): Promise<{ readonly contribution: Hex; readonly receipt: TransactionReceipt }> {
  const { datasets } = contractsOf(sending.deployment)
  const { contributor, dataset, termsHash, itemsRoot, itemCount, deadline, signature } = signed
  const args = [contributor, dataset, termsHash, itemsRoot, itemCount, deadline, signature] as const
  const receipt = await send(client, sending, callTo(datasets, 'contributeBySig', args))
  return { contribution: eventIn(receipt, datasets, 'ContributionSubmitted').contribution, receipt }
}
