import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import type { Address, Hex } from 'viem'
import { randomSource } from '../../attribution/random.ts'
import { rowIndexHash } from '../../attribution/rowIndex.ts'
import { ensurePage } from '../../scripts/buildWeb.ts'
import { callTo } from '../../sdk/contractCall.ts'
import { type SigningClient, settle } from '../../sdk/index.ts'
import { transact } from '../../sdk/node/transactions/transact.ts'
import { type Indexing, indexTo } from './indexing.ts'
import { ampleVouchers, type DrawnCall, drawCalls, recordLocalBatch } from './localBatches.ts'
import { type LocalLedger, startLocalLedger } from './localLedger.ts'
import { type LocalModel, letOperate, openLocalChannel, registerLocalModel } from './localModel.ts'
import { startPostgres } from './postgres.ts'
import { announceWallet } from './testWallet.ts'

const DAY = 86_400
const K = 64
/** Debian's; set CHROMIUM for one elsewhere. */
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium'
const FLAGS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-sync']

/** A name as a stranger may register it. */
export const HOSTILE_NAME = `<img src=x onerror="globalThis.broken=1">\u202Egnp.exe ${'long '.repeat(500)}`

/** The page as the indexer serves it: a ledger with a settled book, another whose window runs, and a browser. */
export interface ServedPage {
  readonly ledger: LocalLedger
  readonly indexer: Indexing
  readonly model: LocalModel
  readonly calls: readonly DrawnCall[]
  /** A tab of somebody's own, whose wallet signs as `account`. */
  open(path: string, account: Address, options?: Parameters<Browser['newContext']>[0]): Promise<Page>
  stop(): Promise<void>
}

export async function startServedPage(): Promise<ServedPage> {
  const [ledger, postgres] = await Promise.all([startLocalLedger(3), startPostgres(), ensurePage()])
  const { connection, wallets, walletOf, deployment, passSeconds, rpcUrl, folder } = ledger
  const model = await registerLocalModel(ledger, { items: [40, 22, 30], k: K })
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
  const indexer = await indexTo(ledger, await postgres.newDatabase(), { blobs, page: { deployment, rpcUrl } })
  await indexer.atHead()
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS })
  const contexts: BrowserContext[] = []
  return {
    ledger,
    indexer,
    model,
    calls,
    open: async (path, account, options = {}) => {
      const context = await browser.newContext({ reducedMotion: 'reduce', ...options })
      contexts.push(context)
      await context.addInitScript(announceWallet, { rpcUrl, account })
      const page = await context.newPage()
      page.setDefaultTimeout(30_000)
      await page.goto(`${indexer.url}${path}`)
      return page
    },
    stop: async () => {
      for (const context of contexts) await context.close()
      await browser.close()
      await indexer.close()
      await Promise.all([ledger.stop(), postgres.stop()])
    },
  }
}
