import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { CamelCasePlugin, Kysely, PGliteDialect } from 'kysely'
import { StopError } from '../../sdk/errors.ts'
import type { Doors } from './doors.ts'
import { lockFolder } from './lockFolder.ts'
import type { Database } from './schema.ts'
import { parsers } from './types.ts'

/** PostgreSQL inside this process, its files in `folder`. It belongs to one process at a time. */
export async function openEmbedded(folder: string): Promise<Doors> {
  makeFolder(folder)
  const unlock = lockFolder(folder)
  try {
    const pglite = await PGlite.create({ dataDir: join(folder, 'postgres'), parsers })
    const db = new Kysely<Database>({ dialect: new PGliteDialect({ pglite }), plugins: [new CamelCasePlugin()] })
    return {
      read: db,
      write: db,
      close: async () => {
        await pglite.close()
        unlock()
      },
    }
  } catch (cause) {
    unlock()
    throw new StopError(
      `The embedded database in ${folder} does not open`,
      { reason: cause instanceof Error ? cause.message : String(cause) },
      'Give another folder, or delete this one to index again from the chain.',
      cause,
    )
  }
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true })
  } catch (cause) {
    throw new StopError(`The folder ${folder} cannot be made`, {}, 'Give a folder that this user may write to.', cause)
  }
}
