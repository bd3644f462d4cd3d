import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Kysely } from 'kysely'
import type { Deployment } from '../../sdk/deployment.ts'
import { StopError } from '../../sdk/errors.ts'
import { settings } from '../commandLine.ts'
import { optional } from '../operate/settings.ts'
import type { Connections } from '../store/connections.ts'
import { type DatabaseLocation, openDatabase } from '../store/database.ts'
import { historiesIn } from '../store/histories.ts'
import { schemaOf } from '../store/history.ts'
import type { Database } from '../store/schema.ts'
import { refuseFirstEdition } from '../store/store.ts'
import { servedIn } from '../store/views.ts'

const { deployment } = settings

/** Readers need only the deployment's name. */
export const deploymentForName = {
  ...deployment,
  help: `${deployment.help}, for the name it is served under`,
  read: optional(deployment.read),
}

/** Opens an existing database. */
export async function openExisting(location: DatabaseLocation): Promise<Connections> {
  if (location.kind === 'embedded' && !existsSync(join(location.folder, 'data'))) {
    throw new StopError(`There is no database in ${location.folder}`, {}, 'Name the one that the indexer writes to.')
  }
  const connections = await openDatabase(location)
  try {
    await refuseFirstEdition(connections.reader('public'))
    return connections
  } catch (error) {
    await connections.close()
    throw error
  }
}

/** The history that is served under a name. */
export async function servedHistory(connections: Connections, schema: string): Promise<Kysely<Database>> {
  const db = connections.reader('public')
  const served = await servedIn(db, schema)
  if (served !== undefined) return connections.reader(served.history)
  const names = (await historiesIn(db)).flatMap(({ servedAs }) => servedAs)
  throw new StopError(
    `The database serves no history as ${schema}`,
    { served: names.length > 0 ? names.join(', ') : 'none' },
    'Name the one you mean by --schema, or index it first.',
  )
}

/** The name that a history is served under: --schema, or else the deployment's. */
export function schemaChosen(schema: string | undefined, deployment: Deployment | undefined): string {
  if (schema !== undefined) return schema
  if (deployment !== undefined) return schemaOf(deployment.name)
  throw new StopError('No history is named', {}, 'Name it by --schema, or give its --deployment.')
}
