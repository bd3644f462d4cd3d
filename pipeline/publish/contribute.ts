import type { Hex } from 'viem'
import type { Wallet } from '../../sdk/chain.ts'
import type { Connection, Contracts } from '../../sdk/contracts.ts'
import { contributionId } from '../../sdk/contribution.ts'
import { type Act, act, transact } from '../../sdk/transact.ts'
import { ensureAccount } from './account.ts'
import { statusOf } from './contribution.ts'
import type { Commitment } from './items.ts'

/** One contributor's batch of items, submitted from the contributor's own wallet. */

export interface Contributed {
  readonly contribution: Hex
  readonly contributor: number
}

export function contributeAct({ datasets }: Contracts, dataset: number, { itemsRoot, items }: Commitment): Act {
  return act(datasets, 'contribute', [dataset, itemsRoot, items.length])
}

export async function ensureContribution(
  connection: Connection,
  wallet: Wallet,
  dataset: number,
  commitment: Commitment,
): Promise<Contributed> {
  const contributor = await ensureAccount(connection, wallet)
  const contribution = contributionId(dataset, contributor, commitment.itemsRoot, commitment.items.length)
  if ((await statusOf(connection, contribution)) === 'none') {
    await transact(connection.reader, wallet, contributeAct(connection.contracts, dataset, commitment))
  }
  return { contribution, contributor }
}
