import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { concatBytes, createTestClient, type Hex, hexToBytes, http, type LocalAccount } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { rootOf } from '../../attribution/merkle.ts'
import { type RandomSource, randomSource } from '../../attribution/random.ts'
import type { DrawnRows } from '../../bench/gas/drawnModel.ts'
import { depositBond, ensureBond } from '../../gateway/bond.ts'
import { ensureAccount } from '../../pipeline/publish/account.ts'
import type { OpenedBatch } from '../../sdk/batch.ts'
import { bondOfAccount, bondOfModel } from '../../sdk/bond.ts'
import { itemsTree } from '../../sdk/contribution.ts'
import { type OpenedBook, openBook } from '../../sdk/openBook.ts'
import { type OpenedModel, openModel } from '../../sdk/openModel.ts'
import type { Receipt } from '../../sdk/receipt.ts'
import type { InferenceRecord } from '../../sdk/record.ts'
import { ampleVouchers, type DrawnCall, drawCalls, type Recorder, recordLocalBatch } from '../support/localBatches.ts'
import { type LocalLedger, startLocalLedger } from '../support/localLedger.ts'
import {
  contributeLocal,
  type LocalChannel,
  type LocalData,
  type LocalModel,
  letOperate,
  type Operating,
  openLocalChannel,
  operatorOf,
  registerOn,
} from '../support/localModel.ts'
import { type Draw, drawFrom } from './draw.ts'
import type { Told } from './unitLies.ts'

/** Where lies are told: an honest model and its honest operator, who have recorded, somebody who lies, and somebody who watches. */
export interface Context {
  readonly local: LocalLedger
  readonly draw: Draw
  readonly random: RandomSource
  readonly data: LocalData
  /** Files under their names: row indexes and items. */
  readonly blobs: string
  readonly receipts: string
  readonly model: LocalModel
  readonly opened: OpenedModel
  /** Its book that is due is the first, the open one the second. */
  readonly honest: Operator
  /** Serves the same model. */
  readonly liar: Operator
  readonly watcher: Person
  readonly griefer: Person
  /** When everything was in place. */
  readonly setAt: bigint
  /** Mines four blocks a second at most, until it is stopped. */
  readonly keepMining: () => () => void
  readonly stop: () => Promise<void>
}

export interface Person {
  readonly signer: LocalAccount
  readonly account: number
}

export interface Operator extends Person {
  readonly recorder: Recorder
  readonly operating: Operating
  /** A channel of the first payer of which nothing is covered. */
  readonly fresh: LocalChannel
  /** Every batch that it recorded, with what was promised of its records. */
  readonly batches: RecordedBatch[]
}

export interface RecordedBatch {
  readonly opened: OpenedBatch
  readonly calls: readonly DrawnCall[]
}

export const K = 64
/** Of local models (pipeline/publish/payTerms.ts). */
export const FEE_UNIT_GWEI = 1_000_000n
const ITEMS = [40, 30, 9, 5]
/** Contributors in the wallets: who contributes, then who does not. */
const [WATCHER, LIAR, GRIEFER] = [4, 5, 6] as const
/** Among the keys of the wallets. */
export const WATCHER_KEY = 9 + WATCHER
export const GRIEFER_KEY = 9 + GRIEFER
const DAY = 86_400
const BLOCK_MS = 250
const WINDOW = 2 * DAY
const PLENTY_GWEI = 1_000_000_000_000n
/** The least that a model can serve with. */
const MODEL_BOND_GWEI = 10_000_000_000n
/** Of the units and records of a whole campaign. */
const RICH_GWEI = 100_000_000_000_000n

export async function startContext(seed: number): Promise<Context> {
  const local = await startLocalLedger(7)
  const { connection, wallets, walletOf, folder } = local
  const [blobs, receipts] = [join(folder, 'blobs'), join(folder, 'receipts')]
  for (const made of [blobs, receipts]) mkdirSync(made)
  const random = randomSource(seed, 1)

  const data = await contributeLocal(local, { items: ITEMS, seed })
  for (const { itemHashes } of data.contributions) publishItems({ blobs }, itemHashes)
  const model = await registerOn(local, data, { seed, k: K })
  writeFileSync(join(blobs, model.fineTune.index.fileHash), model.units.file)

  const person = async (place: number, bondGwei: bigint): Promise<Person> => {
    const signer = wallets.contributors[place] as LocalAccount
    const account = await ensureAccount(connection, walletOf(signer))
    await ensureBond(connection, walletOf(wallets.deployer), bondOfAccount(account), bondGwei)
    return { signer, account }
  }
  const watcher = await person(WATCHER, RICH_GWEI)
  const griefer = await person(GRIEFER, PLENTY_GWEI)
  const operatorBy = async (operating: Operating): Promise<Operator> => {
    const account = await letOperate(local, model.model, RICH_GWEI, operating)
    const place = { operator: account, model: model.model }
    const channels = [
      await openLocalChannel(local, { ...place, payer: 0 }, PLENTY_GWEI),
      await openLocalChannel(local, { ...place, payer: 1 }, PLENTY_GWEI),
      await openLocalChannel(local, { ...place, payer: 2, salt: 9 }, PLENTY_GWEI),
    ]
    const recorder = { model: model.model, k: K, channels, operating }
    const fresh = await openLocalChannel(local, { ...place, payer: 0, salt: 100 + account }, PLENTY_GWEI)
    return { signer: operating.by, account, operating, recorder, fresh, batches: [] }
  }
  const honest = await operatorBy(operatorOf(local))
  const liar = await operatorBy({
    by: wallets.contributors[LIAR] as LocalAccount,
    key: privateKeyToAccount(`0x${'77'.repeat(32)}`),
  })

  const miner = createTestClient({ mode: 'anvil', chain: connection.reader.chain, transport: http(local.rpcUrl) })
  return {
    local,
    draw: drawFrom(seed, 2),
    random,
    data,
    blobs,
    receipts,
    model,
    opened: await openModel(connection, model.model),
    honest,
    liar,
    watcher,
    griefer,
    setAt: await connection.reader.getBlockNumber(),
    keepMining: () => {
      const stopped = new AbortController()
      void (async () => {
        // One after the other: a busy chain that is asked for more than it makes falls ever further behind.
        while (!stopped.signal.aborted) {
          await miner.mine({ blocks: 1 }).catch(() => undefined)
          await sleep(BLOCK_MS)
        }
      })()
      return () => stopped.abort()
    },
    stop: local.stop,
  }
}

/** Publishes the item hashes of a contribution, by which foreign ones are told. */
export function publishItems({ blobs }: Pick<Context, 'blobs'>, itemHashes: readonly Hex[]): void {
  writeFileSync(join(blobs, rootOf(itemsTree(itemHashes))), concatBytes(itemHashes.map((hash) => hexToBytes(hash))))
}

/** Records calls as their receipts promise, unless `told` says otherwise. */
export async function serve(
  context: Context,
  operator: Operator,
  count: number,
  told: (calls: readonly DrawnCall[]) => readonly InferenceRecord[] = (calls) => calls.map(({ record }) => record),
): Promise<RecordedBatch> {
  const { local, random } = context
  const { recorder, batches } = operator
  const calls = await drawCalls(local, recorder, random, count)
  const vouchers = batches.length === 0 ? await ampleVouchers(local, recorder.channels) : undefined
  const recorded = { opened: await recordLocalBatch(local, recorder, told(calls), vouchers), calls }
  batches.push(recorded)
  return recorded
}

/** Until the books that are open now are due. */
export async function passWindow({ local }: Context): Promise<void> {
  await local.passSeconds(DAY + WINDOW)
}

export async function bookOf(
  { local, model, opened }: Context,
  { account }: Operator,
  number: number,
): Promise<OpenedBook> {
  const key = { model: model.model, operator: account, number }
  return await openBook(local.connection, key, opened.terms.dims)
}

/** Hands receipts to anyone who watches. */
export function handOver({ receipts }: Context, name: string, given: readonly Receipt[]): void {
  const lines = given.map((receipt, id) => `${JSON.stringify({ id: `${id}`, answer: 'yes', receipt })}\n`)
  writeFileSync(join(receipts, `${name}.jsonl`), lines.join(''))
}

/** What else there is to a model, where it is not what is usual here. */
export interface DeclaredModel {
  readonly bondGwei?: bigint
  readonly data?: LocalData
  readonly k?: number
}

/** Registers what an owner tells of its units, with a bond, and publishes what it gives of its rows. */
export async function declareUnits(
  { local, data: usual, blobs }: Context,
  seed: number,
  told: (drawn: DrawnRows) => Told,
  { bondGwei = MODEL_BOND_GWEI, data = usual, k = K }: DeclaredModel = {},
): Promise<LocalModel> {
  let file: Uint8Array | undefined
  const model = await registerOn(local, data, {
    seed,
    k,
    make: (drawn) => {
      const lie = told(drawn)
      file = lie.file
      return lie.units
    },
  })
  if (file !== undefined) writeFileSync(join(blobs, model.fineTune.index.fileHash), file)
  const depositor = local.walletOf(local.wallets.deployer)
  if (bondGwei > 0n) await depositBond(local.connection, depositor, bondOfModel(model.model), bondGwei)
  return model
}

/** How to start the watcher. */
export function watchArgs({ local, blobs, receipts }: Context): readonly string[] {
  const file = join(local.folder, 'deployment.json')
  writeFileSync(file, JSON.stringify(local.deployment))
  const connected = ['--rpc', local.rpcUrl, '--deployment', file, '--blobs', blobs, '--receipts', receipts]
  return [...connected, '--depth', '0', '--poll', '0', '--patience', '0', '--grace', '0', '--demands', '1000']
}
