import type { Kysely } from 'kysely'
import type { Identity } from '../../chain/node/identity.ts'
import { StopError } from '../../sdk/errors.ts'
import { append } from './append.ts'
import type { Catalogue } from './catalogue.ts'
import type { Database } from './schema.ts'
import { toBytea } from './types.ts'

/** Records this deployment in a new history. Throws on the history of another one. */
export async function claimIdentity(db: Kysely<Database>, catalogue: Catalogue, ours: Identity): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const found = await tx.selectFrom('identity').selectAll().executeTakeFirst()
    if (found === undefined) return await append(tx, catalogue, 'identity', [ours])
    mustBeSame(found, ours)
    // An earlier version did not keep it.
    if (found.openToken === null)
      await tx
        .updateTable('identity')
        .set({ openToken: toBytea(ours.openToken) as never })
        .execute()
  })
}

export function mustBeSame(found: Identity, ours: Identity): void {
  const differing = (Object.keys(ours) as (keyof Identity)[]).find(
    (key) => found[key] !== ours[key] && found[key] !== null,
  )
  if (differing === undefined) return
  throw new StopError(
    'The database holds the history of another chain or deployment',
    { what: differing, database: found[differing], here: ours[differing] },
    'Give this deployment a database of its own, or another name by --schema, or drop that history to index again.',
  )
}
