import { type Kysely, sql } from 'kysely'
import type { Database, SyncState } from './schema.ts'

/** What a history's writer knows beyond the history, for readers. */
export interface Status {
  readonly state: SyncState
  /** The newest block of the node. */
  readonly nodeHead: bigint | undefined
  readonly safe: bigint | undefined
  readonly finalised: bigint | undefined
}

export interface StoredStatus extends Status {
  /** How long ago it was written, by the database's clock. */
  readonly ageMs: number
}

/** A history has one status row. */
const ONLY = 1n

export async function writeStatus(db: Kysely<Database>, { state, nodeHead, safe, finalised }: Status): Promise<void> {
  const row = {
    state: state.kind,
    reason: 'reason' in state ? state.reason : null,
    nodeHead: nodeHead ?? null,
    safe: safe ?? null,
    finalised: finalised ?? null,
    writtenAt: sql<Date>`now()`,
  }
  await db
    .insertInto('status')
    .values({ id: ONLY, ...row })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
    .execute()
}

/** Undefined before any writer has written one. */
export async function readStatus(db: Kysely<Database>): Promise<StoredStatus | undefined> {
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
