import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { PGlite, type Transaction } from '@electric-sql/pglite'
import { CamelCasePlugin, Kysely, PGliteDialect } from 'kysely'
import { StopError } from '../../sdk/errors.ts'
import { mustHaveRoom } from './diskSpace.ts'
import type { Doors, Patience } from './doors.ts'
import { quoted } from './history.ts'
import { holdFolder } from './lockFolder.ts'
import type { Database } from './schema.ts'
import { parsers } from './types.ts'

/**
 * PostgreSQL inside this process, its files in `folder`. It has one session, which statements and transactions take by turns;
 * each begins by saying which schema it means.
 */
export async function openEmbedded(folder: string, patience?: Patience): Promise<Doors> {
  makeFolder(folder)
  mustHaveRoom(folder)
  const unlock = await holdFolder(folder, patience)
  try {
    const pglite = await PGlite.create({ dataDir: join(folder, 'postgres'), parsers })
    return doorsOf(pglite, folder, async () => {
      await pglite.close()
      unlock()
    })
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

function doorsOf(pglite: PGlite, folder: string, close: () => Promise<void>): Doors {
  /** The schema that the session looks into by itself. */
  let usual = 'public'

  const within = async <T>(schema: string, body: (tx: Transaction) => Promise<T>): Promise<T> =>
    await pglite.transaction(async (tx) => {
      if (schema !== usual) await tx.query(`set local search_path to ${quoted(schema)}`)
      return await body(tx)
    })

  /** Each has a dialect of its own: one dialect lends its transaction to whoever asks something meanwhile. */
  const kysely = (schema: string, before = () => {}, began: (tx: Transaction) => void = () => {}): Kysely<Database> =>
    new Kysely<Database>({
      dialect: new PGliteDialect({
        pglite: {
          get ready() {
            return pglite.ready
          },
          get closed() {
            return pglite.closed
          },
          waitReady: pglite.waitReady,
          close: async () => {},
          query: async (text, parameters, options) => {
            before()
            return schema === usual
              ? await pglite.query(text, parameters, options)
              : await within(schema, (tx) => tx.query(text, parameters, options))
          },
          transaction: (body) =>
            within(schema, async (tx) => {
              began(tx)
              return await body({
                query: async (text, parameters, options) => {
                  before()
                  return await tx.query(text, parameters, options)
                },
                rollback: () => tx.rollback(),
              })
            }),
        },
      }),
      plugins: [new CamelCasePlugin()],
    })

  return {
    reader: (schema) => kysely(schema),
    writer: async ({ schema }, patience) => {
      await pglite.exec(`set search_path to ${quoted(schema)}`)
      usual = schema
      let current: Transaction | undefined
      const mayWrite = () => mustHaveRoom(folder)
      patience?.holds()
      return {
        write: kysely(schema, mayWrite, (tx) => {
          current = tx
        }),
        aside: kysely(schema, mayWrite),
        copy: async (table, columns, image) => {
          if (current === undefined) throw new Error('Nobody has a transaction open')
          mustHaveRoom(
            folder,
            image.reduce((bytes, { length }) => bytes + length, 0),
          )
          const from = `copy ${table} (${columns}) from '/dev/blob' (format binary)`
          await current.query(from, [], { blob: new Blob(image.map((part) => new Uint8Array(part))) })
        },
        close: async () => {},
      }
    },
    close,
  }
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true })
  } catch (cause) {
    throw new StopError(`The folder ${folder} cannot be made`, {}, 'Give a folder that this user may write to.', cause)
  }
}
