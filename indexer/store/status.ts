import { type Kysely, sql } from 'kysely'
import type { Database, SyncState } from './schema.ts'

/** What the one who writes a history knows beyond it, for those who only read. */
export interface Status {
  readonly state: SyncState
  /** The newest block that a node has told of. */
  readonly nodeHead: bigint | undefined
  readonly safe: bigint | undefined
  readonly finalised: bigint | undefined
}

export interface StatusHeard extends Status {
  /** How long ago it was written, by the database's clock. */
  readonly ageMs: number
}

/** A history has one status, its writer's last. */
const ONLY = 1n

export async function writeStatus(db: Kysely<Database>, { state, nodeHead, safe, finalised }: Status): Promise<void> {
  const told = {
    state: state.kind,
    reason: 'reason' in state ? state.reason : null,
    nodeHead: nodeHead ?? null,
    safe: safe ?? null,
    finalised: finalised ?? null,
    writtenAt: sql<Date>`now()`,
  }
  await db
    .insertInto('status')
    .values({ id: ONLY, ...told })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(told))
    .execute()
}

/** Undefined before any writer has written one. */
export async function readStatus(db: Kysely<Database>): Promise<StatusHeard | undefined> {
  const row = await db
    .selectFrom('status')
    .select(['state', 'reason', 'nodeHead', 'safe', 'finalised'])
    .select(sql<number>`(extract(epoch from now() - written_at) * 1000)::float8`.as('ageMs'))
    .executeTakeFirst()
  if (row === undefined) return undefined
  const { state: kind, reason, nodeHead, safe, finalised, ageMs } = row
  return {
    state: kind === 'troubled' || kind === 'stopped' ? { kind, reason: reason ?? '' } : { kind },
    nodeHead: nodeHead ?? undefined,
    safe: safe ?? undefined,
    finalised: finalised ?? undefined,
    ageMs,
  }
}
