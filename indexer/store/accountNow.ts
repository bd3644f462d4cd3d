import { type Kysely, sql } from 'kysely'
import { roles } from './credit.ts'
import type { Database } from './schema.ts'

/**
 * The newest total of every account, zero of one that never earned: a copy of what `account_opened` and
 * `account_total` say, kept so that accounts can be read in the order of what they earned.
 */

const amounts = [...roles.map((role) => `${role.charAt(0).toLowerCase()}${role.slice(1)}Gwei`), 'claimedGwei']
const columns = [...amounts, 'earnedGwei', 'claimableGwei']
const earned = sql.join(
  roles.map((role) => sql`t.${sql.ref(`${role.charAt(0).toLowerCase()}${role.slice(1)}Gwei`)}`),
  sql` + `,
)

/** Takes the newest totals of these accounts over. */
export async function refreshAccounts(tx: Kysely<Database>, accounts: readonly bigint[]): Promise<void> {
  if (accounts.length === 0) return
  const values = amounts.map((name) => sql`coalesce(t.${sql.ref(name)}, 0)`)
  await sql`
    insert into account_now (account, since, ${sql.join(columns.map((name) => sql.ref(name)))})
    select o.account, coalesce(t.block, o.block), ${sql.join(values)}, coalesce(${earned}, 0),
      coalesce(${earned} - t.claimed_gwei, 0)
    from unnest(${sql.val(accounts)}::int8[]) a (account)
    join account_opened o on o.account = a.account
    left join lateral (select * from account_total where account = o.account order by block desc limit 1) t on true
    on conflict (account) do update set since = excluded.since,
      ${sql.join(columns.map((name) => sql`${sql.ref(name)} = excluded.${sql.ref(name)}`))}`.execute(tx)
}

/** Once the facts above `ancestor` are gone. */
export async function undoAccounts(tx: Kysely<Database>, ancestor: bigint): Promise<void> {
  const { rows } = await sql<{ readonly account: bigint }>`
    delete from account_now where since > ${ancestor} returning account`.execute(tx)
  await refreshAccounts(
    tx,
    rows.map(({ account }) => account),
  )
}

/** After a repair, which may have changed any of them. */
export async function refreshAllAccounts(tx: Kysely<Database>): Promise<void> {
  const opened = await tx.selectFrom('accountOpened').select('account').execute()
  await sql`delete from account_now`.execute(tx)
  await refreshAccounts(
    tx,
    opened.map(({ account }) => account),
  )
}
