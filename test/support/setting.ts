import { type LocalLedger, startLocalLedger } from './localLedger.ts'
import { type PostgresServer, startPostgres } from './postgres.ts'
import { beginScenario, type Scenario } from './scenario.ts'

/** A ledger with a scenario on it, and a PostgreSQL server to keep its history. */
export interface Setting {
  readonly ledger: LocalLedger
  readonly postgres: PostgresServer
  readonly scenario: Scenario
  stop(): Promise<void>
}

export async function startSetting(seed: number, options: { readonly hasVotes?: boolean } = {}): Promise<Setting> {
  const [ledger, postgres] = await Promise.all([startLocalLedger(4), startPostgres()])
  const stop = async () => {
    await Promise.all([ledger.stop(), postgres.stop()])
  }
  return { ledger, postgres, scenario: await beginScenario(ledger, seed, options), stop }
}
