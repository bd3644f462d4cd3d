import type { Block } from '../../chain/block.ts'
import type { ContractName } from '../../chain/events/contracts.ts'
import type { Fact } from '../../chain/events/facts.ts'
import { RetryError } from '../../sdk/errors.ts'
import { appendFacts } from './appendFacts.ts'
import { cursorsOf, setCursor } from './cursors.ts'
import type { Store } from './store.ts'

/** The facts of a late contract in blocks that are stored already. */
export interface LateFacts {
  readonly contract: ContractName
  readonly first: bigint
  readonly last: Pick<Block, 'number' | 'hash'>
  readonly facts: readonly Fact[]
}

/** Stores the facts of a late contract and moves its cursor, in one transaction. */
export async function appendLateFacts(store: Store, { contract, first, last, facts }: LateFacts): Promise<void> {
  await store.write.transaction().execute(async (tx) => {
    const cursor = (await cursorsOf(tx)).get(contract)
    const block = await tx.selectFrom('block').select('hash').where('number', '=', last.number).executeTakeFirst()
    if (block?.hash !== last.hash || (cursor !== undefined && cursor !== first - 1n)) {
      throw new RetryError(
        'The database has moved on without this indexer',
        { contract, ourNext: first, databaseAt: cursor ?? 'nowhere', block: last.number },
        'Its position is read again.',
      )
    }
    await appendFacts(tx, store, facts)
    await setCursor(tx, contract, last.number)
  })
}
