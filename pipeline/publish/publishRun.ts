import type { Wallet } from '../../sdk/chain.ts'
import type { Connection } from '../../sdk/contracts.ts'
import { ensureAccount } from './account.ts'
import type { Registration } from './fineTune.ts'
import type { PreparedRun } from './prepareRun.ts'
import { type Publication, storeFiles, writePublication } from './publication.ts'
import { ensureBase, ensureFineTune, ensureOperator } from './register.ts'

export interface PublishOptions extends Registration {
  readonly connection: Connection
  /** Registers the fine-tune and owns it. */
  readonly owner: Wallet
  /** Registers the base model if nobody has yet, and owns it then. */
  readonly baseOwner: Wallet
  /** What the base model asks of every fine-tune, if it is registered now. */
  readonly baseRoyaltyBps: number
  /** Accounts that may record calls of the model. */
  readonly operators: readonly number[]
  /** Where the publication and the sketcher are written. */
  readonly folder: string
  /** Where content-addressed files are written. */
  readonly blobs: string
}

/** Registers a prepared run, and what of it is registered already is found rather than registered again. */
export async function publishRun(prepared: PreparedRun, options: PublishOptions): Promise<Publication> {
  const { connection, owner, baseOwner, operators, folder, blobs } = options
  storeFiles(folder, blobs, prepared)
  await ensureAccount(connection, baseOwner)
  const parent = await ensureBase(connection, baseOwner, prepared.run.manifest, options.baseRoyaltyBps)
  const account = await ensureAccount(connection, owner)
  const model = await ensureFineTune(connection, owner, account, prepared, parent, options)
  for (const operator of operators) await ensureOperator(connection, owner, model, operator)
  return writePublication(folder, prepared, options, { model, parent, owner: account })
}
