import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { startFolderServer } from '../../postgres/folderServer.ts'
import { newFolder } from '../support/folder.ts'

/** A PostgreSQL server that several gateways of a test share, and that outlives them. */
export async function startSharedDatabase() {
  const folder = join(newFolder('pg'), 'd')
  mkdirSync(folder, { recursive: true })
  const server = await startFolderServer(folder)
  return { location: { kind: 'postgres', url: server.url } as const, url: server.url, stop: server.stop }
}
