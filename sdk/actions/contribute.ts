import type { Hex, TransactionReceipt } from 'viem'
import { callTo, eventIn } from '../contractCall.ts'
import { contractsOf } from '../contracts.ts'
import { itemsRoot } from '../contribution.ts'
import type { SigningClient } from './client.ts'
import { type Sending, send } from './send.ts'

export interface ContributeArgs extends Sending {
  readonly dataset: number
  /** keccak256 of the dataset's terms, to which the contributor agrees by this. */
  readonly termsHash: Hex
  /** Of every item, from `itemHash(salt, content)`. Keep the salts: they show that an item is yours. */
  readonly itemHashes: readonly Hex[]
}

/**
 * Contributes items to a dataset under the account of the client. Only their root goes on chain.
 *
 * @example
 * const { contribution } = await contribute(client, { deployment, dataset: 1, termsHash, itemHashes })
 */
export async function contribute(
  client: SigningClient,
  { dataset, termsHash, itemHashes, ...sending }: ContributeArgs,
): Promise<{ readonly contribution: Hex; readonly receipt: TransactionReceipt }> {
  const { datasets } = contractsOf(sending.deployment)
  const args = [dataset, termsHash, itemsRoot(itemHashes), itemHashes.length] as const
  const receipt = await send(client, sending, callTo(datasets, 'contribute', args))
  return { contribution: eventIn(receipt, datasets, 'ContributionSubmitted').contribution, receipt }
}
