import type { Hex } from 'viem'
import type { Wallet } from '../../sdk/chain.ts'
import { type ContractCall, callTo } from '../../sdk/contractCall.ts'
import type { Connection, Contracts } from '../../sdk/contracts.ts'
import { contributionId } from '../../sdk/contribution.ts'
import { StopError } from '../../sdk/errors.ts'
import { transact } from '../../sdk/node/transactions/transact.ts'
import { ensureAccount } from './account.ts'
import { statusOf } from './contribution.ts'
import type { Commitment } from './items.ts'

/** One contributor's batch of items, submitted from the contributor's own wallet, under the dataset's terms. */

export interface Contributed {
  readonly contribution: Hex
  readonly contributor: number
}

/** The hash of the terms that contributors agree to. */
export async function termsOf({ reader, contracts }: Connection, dataset: number): Promise<Hex> {
  const count = await reader.readContract({ ...contracts.datasets, functionName: 'datasetCount' })
  if (dataset > count) {
    throw new StopError(
      `Dataset ${dataset} does not exist: ${count} ${count === 1 ? 'is' : 'are'} registered`,
      {},
      'Check the number.',
    )
  }
  return await reader.readContract({ ...contracts.datasets, functionName: 'termsHashOf', args: [dataset] })
}

export function contributeAct(
  { datasets }: Contracts,
  dataset: number,
  termsHash: Hex,
  { itemsRoot, items }: Commitment,
): ContractCall {
  return callTo(datasets, 'contribute', [dataset, termsHash, itemsRoot, items.length])
}

/** @param termsHash The terms that the contributor agrees to: those of the dataset, if not given. */
export async function ensureContribution(
  connection: Connection,
  wallet: Wallet,
  dataset: number,
  commitment: Commitment,
  termsHash?: Hex,
): Promise<Contributed> {
  const contributor = await ensureAccount(connection, wallet)
  const contribution = contributionId(dataset, contributor, commitment.itemsRoot, commitment.items.length)
  if ((await statusOf(connection, contribution)) === 'none') {
    const agreed = termsHash ?? (await termsOf(connection, dataset))
    await transact(connection.reader, wallet, contributeAct(connection.contracts, dataset, agreed, commitment))
  }
  return { contribution, contributor }
}
