import { existsSync, mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { startFolderServer } from '../../postgres/folderServer.ts'
import { holdFolder } from '../../postgres/lockFolder.ts'
import { isExplained, StopError } from '../../sdk/errors.ts'
import type { Connections, LockWait } from './connections.ts'
import { openPostgres } from './postgres.ts'

/**
 * A PostgreSQL server of this process alone, with its files in `folder`. Only one process can use
 * it at a time.
 */
export async function openEmbedded(folder: string, lockWait?: LockWait): Promise<Connections> {
  const path = resolve(folder)
  makeFolder(path)
  // Resources close in reverse order, each even if another fails: here after an error, else by
  // `close`.
  await using opened = new AsyncDisposableStack()
  try {
    opened.defer(await holdFolder(path, lockWait))
    const server = opened.adopt(await startFolderServer(path), (server) => server.stop())
    const connections = opened.adopt(await openPostgres(server.url), (connections) => connections.close())
    const resources = opened.move()
    return { ...connections, close: () => resources.disposeAsync() }
  } catch (cause) {
    if (isExplained(cause)) throw cause
    throw new StopError(
      `The embedded database in ${folder} does not open`,
      { reason: cause instanceof Error ? cause.message : String(cause) },
      'Give a folder that this user may enter and write to (the user nobody, where root may not create a namespace), or delete this one to index again from the chain.',
      cause,
    )
  }
}

/**
 * The PGlite database that an earlier version kept in the folder, and that nothing reads any more.
 */
export function leftBehind(folder: string): string | undefined {
  const path = join(folder, 'postgres')
  return existsSync(join(path, 'PG_VERSION')) ? path : undefined
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true })
  } catch (cause) {
    throw new StopError(
      `The folder ${folder} cannot be created`,
      {},
      'Give a folder that this user may write to.',
      cause,
    )
  }
}
