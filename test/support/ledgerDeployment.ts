import { createHash } from 'node:crypto'
import { existsSync, globSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Hex } from 'viem'
import { startLocalChain } from '../../cli/localChain/localChain.ts'
import { freePort } from '../../cli/localChain/ports.ts'
import { DEMO_MNEMONIC, walletCount, walletsOf } from '../../examples/demo/wallets.ts'
import { digestOfSources } from '../../scripts/deploy/release.ts'
import { connectReader, type Reader } from '../../sdk/chain.ts'
import type { Deployment } from '../../sdk/deployment.ts'
import { writeWhole } from '../../sdk/node/writeWhole.ts'
import { newFolder } from './folder.ts'

/**
 * Every test's ledger is deployed on a new chain by one key, so the transactions are the same each time. They are kept when
 * the tests begin, and sent again by each test, which takes a tenth of the time that preparing them takes.
 */
interface Kept {
  readonly deployment: Deployment
  readonly transactions: readonly Hex[]
}

const project = fileURLToPath(new URL('../../', import.meta.url))

export async function deployTestLedger(rpcUrl: string): Promise<Deployment> {
  const { deployment, transactions } = await keptDeployment()
  const reader = await connectReader(rpcUrl)
  for (const transaction of transactions)
    await reader.request({ method: 'eth_sendRawTransactionSync', params: [transaction] } as never)
  return deployment
}

/** Deploys as people do where it has not been done yet, and keeps what was sent. */
export async function keptDeployment(): Promise<Kept> {
  const path = keptPath()
  if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')) as Kept
  const folder = newFolder('deployment')
  const chain = await startLocalChain({
    folder: join(folder, 'chain'),
    port: await freePort(),
    accounts: walletCount(0),
    mnemonic: DEMO_MNEMONIC,
  })
  try {
    // What deploys is slow to load, and all but the first need none of it.
    const { deployLedger } = await import('../../scripts/deploy/deploy.ts')
    const { deployer, treasury } = walletsOf(0)
    const deployment = await deployLedger({
      name: 'test',
      rpcUrl: chain.rpcUrl,
      deployer,
      guardian: deployer.address,
      treasuryPayout: treasury.address,
    })
    const kept: Kept = { deployment, transactions: await transactionsOn(chain.reader) }
    writeWhole(path, JSON.stringify(kept))
    return kept
  } finally {
    await chain.stop()
    rmSync(folder, { recursive: true })
  }
}

async function transactionsOn(reader: Reader): Promise<readonly Hex[]> {
  const transactions: Hex[] = []
  const head = await reader.getBlockNumber()
  for (let blockNumber = 0n; blockNumber <= head; blockNumber++) {
    const { transactions: hashes } = await reader.getBlock({ blockNumber })
    for (const hash of hashes)
      transactions.push(await reader.request({ method: 'eth_getRawTransactionByHash', params: [hash] } as never))
  }
  return transactions
}

/** Named by all that decides what is sent. */
function keptPath(): string {
  const hash = createHash('sha256').update(digestOfSources())
  for (const name of globSync(['scripts/deploy/*.ts', 'examples/demo/wallets.ts'], { cwd: project }).toSorted())
    hash.update(readFileSync(`${project}${name}`))
  return `${project}var/test-ledger/${hash.digest('hex')}.json`
}
