import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, open, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { type Kysely, sql } from 'kysely'
import type { Block } from '../../../chain/block.ts'
import type { Identity } from '../../../chain/node/identity.ts'
import { StopError } from '../../../sdk/errors.ts'
import { type Catalogue, readCatalogue, tableOf } from '../../store/catalogue.ts'
import { headOf } from '../../store/position.ts'
import { type Database, factTables } from '../../store/schema.ts'
import { readKeys } from '../keys.ts'
import { type Completeness, completenessOf } from './completeness.ts'
import type { ExportFormat } from './format.ts'
import { type TableFile, type Target, writeTable } from './writeTable.ts'

/** The contents of an export, with hashes. Numbers that may be large are strings. */
export interface Manifest extends Completeness {
  readonly deployment: string
  readonly chainId: string
  readonly genesisHash: string
  readonly contracts: Readonly<Record<string, string>>
  readonly block: { readonly number: string; readonly hash: string; readonly timestamp: string }
  readonly format: ExportFormat
  readonly files: readonly TableFile[]
}

export interface ExportOptions extends Target {
  /** By default the newest stored block. */
  readonly block: bigint | undefined
  /** Called after each table. */
  readonly wrote: (file: TableFile) => void
}

/**
 * Writes every table of facts, as of a block, into files of a new folder, with a manifest. All
 * files are one snapshot of the history, and the folder gets its name only once it is complete.
 */
export async function writeExport(db: Kysely<Database>, options: ExportOptions): Promise<Manifest> {
  const folder = resolve(options.folder)
  if (existsSync(folder)) {
    throw new StopError(`${folder} exists already`, {}, 'Give the name of a new folder.')
  }
  await mkdir(dirname(folder), { recursive: true })
  const draft = await mkdtemp(join(dirname(folder), `.${basename(folder)}.`))
  try {
    const manifest = await db
      .transaction()
      .setIsolationLevel('repeatable read')
      .setAccessMode('read only')
      .execute((tx) => writeAll(tx, { ...options, folder: draft }))
    await writeFile(join(draft, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`, { flush: true })
    await syncFolder(draft)
    await rename(draft, folder)
    await syncFolder(dirname(folder))
    return manifest
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    throw error
  }
}

async function writeAll(tx: Kysely<Database>, options: ExportOptions): Promise<Manifest> {
  const catalogue = await readCatalogue(tx)
  const keys = await readKeys(tx, catalogue)
  const identity = await tx.selectFrom('identity').selectAll().executeTakeFirstOrThrow()
  const block = await blockAt(tx, identity, options.block)

  const files: TableFile[] = []
  for (const name of exported(catalogue)) {
    const where =
      name === 'identity' ? sql`true` : sql`${sql.ref(name === 'block' ? 'number' : 'block')} <= ${block.number}`
    const file = await writeTable(tx, options, tableOf(catalogue, name), keys.get(name) ?? [], where)
    files.push(file)
    options.wrote(file)
  }
  const { deployment, chainId, genesisHash, startBlock, treasury, openToken: _, ...contracts } = identity
  return {
    deployment,
    chainId: `${chainId}`,
    genesisHash,
    contracts,
    block: { number: `${block.number}`, hash: block.hash, timestamp: `${block.timestamp}` },
    ...(await completenessOf(tx, block.number)),
    format: options.format,
    files,
  }
}

/**
 * The tables that follow from the chain. Those on nodes and reorgs say nothing about the state as
 * of a block.
 */
function exported(catalogue: Catalogue): readonly string[] {
  return ['identity', 'block', 'journalMove', ...factTables].toSorted().filter((name) => catalogue.has(name))
}

async function blockAt(tx: Kysely<Database>, identity: Identity, number: bigint | undefined): Promise<Block> {
  const head = await headOf(tx)
  if (head === undefined) throw new StopError('This history has no block yet', {}, 'Index it first.')
  if (number === undefined) return head
  const block = await tx.selectFrom('block').selectAll().where('number', '=', number).executeTakeFirst()
  if (block !== undefined) return block
  throw new StopError(
    `Block ${number} is not in this history`,
    { first: identity.startBlock, newest: head.number },
    'Give a block between these.',
  )
}

/** A rename is durable only once its folder is synced. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder)
  await handle.sync()
  await handle.close()
}
