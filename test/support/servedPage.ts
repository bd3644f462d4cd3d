import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { type Address, type Hex, hexToBytes, keccak256, type LocalAccount, parseEther } from 'viem'
import { randomSource } from '../../attribution/random.ts'
import { rowIndexHash } from '../../attribution/rowIndex.ts'
import { USUAL_FILL } from '../../gateway/batcher/fill.ts'
import { type RunningRelay, startRelay } from '../../gateway/relay/startRelay.ts'
import { type RunningGateway, startGateway } from '../../gateway/startGateway.ts'
import type { DatabaseLocation } from '../../gateway/store/database.ts'
import { ensurePage } from '../../scripts/buildWeb.ts'
import { callTo } from '../../sdk/contractCall.ts'
import { type SigningClient, settle } from '../../sdk/index.ts'
import { transact } from '../../sdk/node/transactions/transact.ts'
import { offeredModel, publicationOf } from '../gateway/localGateway.ts'
import { type Indexing, indexTo } from './indexing.ts'
import { ampleVouchers, type DrawnCall, drawCalls, recordLocalBatch } from './localBatches.ts'
import { freePort, type LocalLedger, startLocalLedger } from './localLedger.ts'
import { type LocalModel, letOperate, openLocalChannel, receiptKey, registerLocalModel } from './localModel.ts'
import { startPostgres } from './postgres.ts'
import { CHROMIUM } from './programs.ts'
import { announceWallet } from './testWallet.ts'

const DAY = 86_400
const K = 64
const FLAGS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-sync']

/** Kept rows of each contributor; the last of the wallets' contributed nothing yet. */
const ITEMS = [40, 22, 30, 20, 20, 20, 20]
const TERMS: Hex = '0x01'
const quiet = { info: () => {}, warn: () => {}, error: () => {} }

/** A name as a stranger may register it. */
export const HOSTILE_NAME = `<img src=x onerror="globalThis.broken=1">\u202Egnp.exe ${'long '.repeat(500)}`

/** The page as the indexer serves it: a ledger with a settled book, another whose window runs, and a browser. */
export interface ServedPage {
  readonly ledger: LocalLedger
  readonly indexer: Indexing
  /** Ends the server, as a crash would, until what this resolves with starts it again at the same address. */
  takeDown(): Promise<() => Promise<void>>
  readonly model: LocalModel
  /** Serves the model: its answers cost nothing to compute, and are recorded after a second. */
  readonly gateway: RunningGateway
  readonly calls: readonly DrawnCall[]
  /** Where the browser takes orders of tools. */
  readonly debuggingPort: number
  /** A tab of somebody's own, whose wallet signs as `account`; for a contract, its owner does. */
  open(path: string, account: Address, options?: Opening): Promise<Page>
  /** Of all that were opened. */
  closeTabs(): Promise<void>
  stop(): Promise<void>
}

type Opening = Parameters<Browser['newContext']>[0] & { readonly owner?: Address }

export async function startServedPage(): Promise<ServedPage> {
  const [ledger, postgres] = await Promise.all([startLocalLedger(ITEMS.length + 1), startPostgres(), ensurePage()])
  const { connection, wallets, walletOf, deployment, passSeconds, rpcUrl, folder } = ledger
  const model = await registerLocalModel(ledger, { items: ITEMS, k: K })
  const hostile = {
    name: HOSTILE_NAME,
    licence: 'MIT',
    weightsHash: `0x${'07'.repeat(32)}` as Hex,
    weightsURI: 'x',
    royaltyBps: 0,
  }
  const base = callTo(connection.contracts.models, 'registerBase', [hostile])
  await transact(connection.reader, walletOf(wallets.baseOwner), base)
  const operator = await letOperate(ledger, model.model)
  const channels = [await openLocalChannel(ledger, { operator, model: model.model })]
  const recorder = { model: model.model, k: K, channels }
  const calls = await drawCalls(ledger, recorder, randomSource(3), 12)
  const record = async (some: readonly DrawnCall[]) => {
    const records = some.map(({ record }) => record)
    await recordLocalBatch(ledger, recorder, records, await ampleVouchers(ledger, channels))
  }
  await record(calls.slice(0, 8))
  // By then even a book of few fees is closed, and its window over.
  await passSeconds(32 * DAY)
  const book = { model: model.model, operator, number: 1 }
  await settle(walletOf(wallets.curator) as SigningClient, { deployment, book })
  await record(calls.slice(8))
  const blobs = join(folder, 'blobs')
  mkdirSync(blobs)
  writeFileSync(join(blobs, rowIndexHash(model.units.file)), model.units.file)
  writeFileSync(join(blobs, keccak256(TERMS)), hexToBytes(TERMS))
  const relay = await relayOf(ledger, wallets.deployer)
  const gateway = await gatewayOf(ledger, model, operator, await postgres.newDatabase())
  const database = await postgres.newDatabase()
  const port = await freePort()
  const page = { deployment, rpcUrl, relayUrl: relay.url, gatewayUrl: gateway.url }
  const serve = () => indexTo(ledger, database, { blobs, port, page })
  let indexer = await serve()
  await indexer.atHead()
  const debuggingPort = await freePort()
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: [...FLAGS, `--remote-debugging-port=${debuggingPort}`],
  })
  const contexts: BrowserContext[] = []
  const closeTabs = async () => {
    for (const context of contexts.splice(0)) {
      for (const page of context.pages()) await page.unrouteAll({ behavior: 'ignoreErrors' })
      await context.close()
    }
  }
  return {
    ledger,
    get indexer() {
      return indexer
    },
    takeDown: async () => {
      await indexer.close()
      return async () => {
        indexer = await serve()
        await indexer.atHead()
      }
    },
    model,
    gateway,
    calls,
    debuggingPort,
    open: async (path, account, { owner = account, ...options } = {}) => {
      const context = await browser.newContext({ reducedMotion: 'reduce', ...options })
      contexts.push(context)
      await context.addInitScript(announceWallet, { rpcUrl, account, owner })
      const page = await context.newPage()
      page.setDefaultTimeout(30_000)
      await page.goto(`${indexer.url}${path}`)
      return page
    },
    closeTabs,
    stop: async () => {
      await closeTabs()
      await browser.close()
      await indexer.close()
      await relay.close()
      await gateway.close()
      await Promise.all([ledger.stop(), postgres.stop()])
    },
  }
}

async function relayOf({ connection, folder }: LocalLedger, account: LocalAccount): Promise<RunningRelay> {
  const budgets = { accountWei: parseEther('1'), totalWei: parseEther('2'), budgetFile: join(folder, 'budget.json') }
  return await startRelay({ connection, account, ...budgets, host: '127.0.0.1', port: 0, log: quiet })
}

async function gatewayOf(
  { connection, wallets }: LocalLedger,
  model: LocalModel,
  operator: number,
  database: DatabaseLocation,
): Promise<RunningGateway> {
  return await startGateway({
    connection,
    database,
    models: [await offeredModel(connection, publicationOf(model), operator, () => {})],
    account: wallets.operator,
    receiptKey,
    fill: { ...USUAL_FILL, ageSeconds: 1 },
    promiseSeconds: DAY / 2,
    finalityDepth: 4,
    settles: false,
    port: 0,
    log: quiet,
    passMs: 100,
  })
}
