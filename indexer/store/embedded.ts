import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { isExplained, StopError } from '../../sdk/errors.ts'
import type { Doors, Patience } from './doors.ts'
import { startFolderServer } from './folderServer.ts'
import { holdFolder } from './lockFolder.ts'
import { openPostgres } from './postgres.ts'

/** A PostgreSQL of this process's own, its files in `folder`: nothing to install, and one process at a time. */
export async function openEmbedded(folder: string, patience?: Patience): Promise<Doors> {
  const path = resolve(folder)
  makeFolder(path)
  const unlock = await holdFolder(path, patience)
  try {
    const server = await startFolderServer(path)
    const doors = await openPostgres(server.url)
    return {
      ...doors,
      close: async () => {
        await doors.close()
        await server.stop()
        unlock()
      },
    }
  } catch (cause) {
    unlock()
    if (isExplained(cause)) throw cause
    throw new StopError(
      `The embedded database in ${folder} does not open`,
      { reason: cause instanceof Error ? cause.message : String(cause) },
      'Give a folder that whoever runs this may enter and write to (where root may not make a namespace, the user nobody does), or delete this one to index again from the chain.',
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
