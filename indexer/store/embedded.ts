import { existsSync, mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { isExplained, StopError } from '../../sdk/errors.ts'
import type { Doors, Patience } from './doors.ts'
import { startFolderServer } from './folderServer.ts'
import { holdFolder } from './lockFolder.ts'
import { openPostgres } from './postgres.ts'

/** A PostgreSQL of this process's own, its files in `folder`: nothing to install, and one process at a time. */
export async function openEmbedded(folder: string, patience?: Patience): Promise<Doors> {
  const path = resolve(folder)
  makeFolder(path)
  // What was opened is closed in the opposite order, each whatever becomes of the others: here where one fails, else by `close`.
  await using opened = new AsyncDisposableStack()
  try {
    opened.defer(await holdFolder(path, patience))
    const server = opened.adopt(await startFolderServer(path), (server) => server.stop())
    const doors = opened.adopt(await openPostgres(server.url), (doors) => doors.close())
    const kept = opened.move()
    return { ...doors, close: () => kept.disposeAsync() }
  } catch (cause) {
    if (isExplained(cause)) throw cause
    throw new StopError(
      `The embedded database in ${folder} does not open`,
      { reason: cause instanceof Error ? cause.message : String(cause) },
      'Give a folder that whoever runs this may enter and write to (where root may not make a namespace, the user nobody does), or delete this one to index again from the chain.',
      cause,
    )
  }
}

/** The database that an earlier version kept in the folder, by PGlite; nothing reads it any more. */
export function leftBehind(folder: string): string | undefined {
  const path = join(folder, 'postgres')
  return existsSync(join(path, 'PG_VERSION')) ? path : undefined
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true })
  } catch (cause) {
    throw new StopError(`The folder ${folder} cannot be made`, {}, 'Give a folder that this user may write to.', cause)
  }
}
