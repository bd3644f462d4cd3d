// What verification costs a backfill: the same chain is indexed into fresh PostgreSQL databases with --verify=off, bloom and
// receipts in turn, several times over. Both the node and the database run on this machine and share its cores.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeFunctionData, type Hex, numberToHex, toHex } from 'viem'
import { type Indexer, startIndexer } from '../../indexer/start.ts'
import { type Verification, verifications } from '../../indexer/sync/verify/verification.ts'
import { type Connection, connect } from '../../sdk/contracts.ts'
import type { Deployment } from '../../sdk/deployment.ts'
import { type PostgresServer, startPostgres } from '../../test/indexer/support/postgres.ts'
import { freePort } from '../../test/scripts/localLedger.ts'
import { runCommand, wholeNumber } from '../command.ts'
import { startLocalChain } from '../demo/localChain.ts'
import { castOf, castSize, DEMO_MNEMONIC } from '../demo/wallets.ts'
import { deployLedger } from '../deploy/deploy.ts'

const EVENTS_A_BLOCK = 25

await runCommand({
  usage: `npm run bench:verify -- [--events <number>] [--rounds <number>]
Events a second of a backfill, by how much of it is verified; the best of the rounds.`,
  options: { events: { type: 'string', default: '10000' }, rounds: { type: 'string', default: '5' } },
  async run(values) {
    const events = wholeNumber('events', values.events, 1, 1_000_000)
    const rounds = wholeNumber('rounds', values.rounds, 1, 100)
    const folder = mkdtempSync(join(tmpdir(), 'bench-verify-'))
    const chain = await startLocalChain({
      folder,
      port: await freePort(),
      accounts: castSize(1),
      mnemonic: DEMO_MNEMONIC,
    })
    const { rpcUrl } = chain
    const { deployer, treasury } = castOf(1)
    const deployment = await deployLedger({ name: 'bench', rpcUrl, deployer, treasuryPayout: treasury.address })
    const postgres = await startPostgres()
    try {
      await openAccounts(await connect(rpcUrl, deployment), deployer.address, events)
      const best = new Map<Verification, number>()
      for (let round = 0; round < rounds; round++) {
        for (const verify of verifications) {
          const seconds = await backfill(deployment, rpcUrl, postgres, verify)
          best.set(verify, Math.min(best.get(verify) ?? seconds, seconds))
        }
      }
      const off = best.get('off') ?? 0
      console.log(`${events} events in blocks of ${EVENTS_A_BLOCK}, best of ${rounds}`)
      for (const [verify, seconds] of best) {
        const rate = Math.round(events / seconds)
        console.log(
          `${verify.padEnd(8)}  ${seconds.toFixed(2)} s  ${rate} events/s  ${(seconds / off).toFixed(2)} x off`,
        )
      }
    } finally {
      await chain.stop()
      await postgres.stop()
      rmSync(folder, { recursive: true, force: true })
    }
  },
})

/** One event each, `EVENTS_A_BLOCK` to a block. */
async function openAccounts({ reader, contracts }: Connection, from: Hex, count: number): Promise<void> {
  const ask = (method: string, params: readonly unknown[]) => reader.request({ method, params } as never)
  await ask('evm_setAutomine', [false])
  for (let opened = 0; opened < count; opened += EVENTS_A_BLOCK) {
    const some = Array.from({ length: Math.min(EVENTS_A_BLOCK, count - opened) }, (_, i) => opened + i)
    for (const n of some) {
      const address = numberToHex(2n ** 159n + BigInt(n), { size: 20 })
      const data = encodeFunctionData({ ...contracts.accounts, functionName: 'open', args: [address] })
      await ask('eth_sendTransaction', [{ from, to: contracts.accounts.address, data, gas: toHex(300_000) }])
    }
    await ask('evm_mine', [])
  }
}

/** Seconds from a database that is open and empty to the chain's head. */
async function backfill(
  deployment: Deployment,
  rpcUrl: string,
  postgres: PostgresServer,
  verify: Verification,
): Promise<number> {
  const database = await postgres.newDatabase()
  const indexer: Indexer = await startIndexer({ deployment, rpcUrls: [rpcUrl], database, verify, pollMs: 10 })
  const start = performance.now()
  await indexer.ready
  const seconds = (performance.now() - start) / 1_000
  await indexer.close()
  return seconds
}
