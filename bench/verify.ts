// What verification costs: each check by itself in this process's CPU, and a backfill of one chain of ERC-20 transfers into fresh
// PostgreSQL databases with --verify=off, bloom and receipts in turn. Node and database run on this machine and share its cores.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Verification, verifications } from '../chain/verify/verification.ts'
import { walletsOf } from '../examples/demo/wallets.ts'
import { type Indexer, startIndexer } from '../indexer/start.ts'
import { runCommand, wholeNumber } from '../scripts/command.ts'
import { deployLedger } from '../scripts/deploy/deploy.ts'
import type { Deployment } from '../sdk/deployment.ts'
import { type PostgresServer, startPostgres } from '../test/support/postgres.ts'
import { startAnvil } from './index/anvil.ts'
import { addTransfers } from './index/transfers.ts'
import { timeChecks } from './verify/checks.ts'

const TRANSFERS_A_BLOCK = 150
const BLOCKS_CHECKED = 20n

await runCommand({
  usage: `npm run bench:verify -- [--events <number>] [--rounds <number>]
What each check costs, and events a second of a backfill by how much of it is verified; the best of the rounds.`,
  options: { events: { type: 'string', default: '30000' }, rounds: { type: 'string', default: '5' } },
  async run(values) {
    const transfers = wholeNumber('events', values.events, 3_000, 1_000_000)
    const rounds = wholeNumber('rounds', values.rounds, 1, 100)
    const folder = mkdtempSync(join(tmpdir(), 'bench-verify-'))
    const anvil = await startAnvil({ save: join(folder, 'state.json') })
    const postgres = await startPostgres()
    try {
      const { deployer, treasury } = walletsOf(0)
      const rpcUrl = anvil.url
      const deployment = await deployLedger({ name: 'bench', rpcUrl, deployer, treasuryPayout: treasury.address })
      await anvil.ask('evm_setAutomine', [false])
      await addTransfers(anvil, deployment, { seed: 1, transfers, aBlock: TRANSFERS_A_BLOCK, emptyBlocks: 0 })

      console.log(`${transfers} transfers, one a transaction, in blocks of ${TRANSFERS_A_BLOCK}`)
      for (const { name, each, micros } of await timeChecks(rpcUrl, deployment, BLOCKS_CHECKED)) {
        console.log(`${name.padEnd(18)}  ${micros.toFixed(2).padStart(8)} µs a ${each}`)
      }
      const best = new Map<Verification, number>()
      for (let round = 0; round < rounds; round++) {
        for (const verify of verifications) {
          const seconds = await backfill(deployment, rpcUrl, postgres, verify)
          best.set(verify, Math.min(best.get(verify) ?? seconds, seconds))
        }
      }
      const off = best.get('off') ?? 0
      for (const [verify, seconds] of best) {
        const rate = Math.round(transfers / seconds)
        console.log(
          `${verify.padEnd(8)}  ${seconds.toFixed(2)} s  ${rate} events/s  ${(seconds / off).toFixed(2)} x off`,
        )
      }
    } finally {
      await anvil.stop()
      await postgres.stop()
      rmSync(folder, { recursive: true, force: true })
    }
  },
})

/** Seconds from a database that is open and empty to the chain's head. */
async function backfill(
  deployment: Deployment,
  rpcUrl: string,
  postgres: PostgresServer,
  verify: Verification,
): Promise<number> {
  const database = await postgres.newDatabase()
  const options = { deployment, rpcUrls: [rpcUrl], database, verify, pollMs: 10, transfers: true }
  const indexer: Indexer = await startIndexer(options)
  const start = performance.now()
  await indexer.ready
  const seconds = (performance.now() - start) / 1_000
  await indexer.close()
  return seconds
}
