import { existsSync, readFileSync } from 'node:fs'
import { deserialize, serialize } from 'node:v8'
import type { Block } from '../../chain/block.ts'
import type { Journals } from '../../chain/events/journals.ts'
import type { Deployment } from '../../sdk/deployment.ts'
import { StopError } from '../../sdk/errors.ts'
import { writeWhole } from '../../sdk/node/writeWhole.ts'
import type { Tally } from '../report/tally.ts'
import type { World } from '../world/world.ts'
import type { JournalTrail } from './journalTrail.ts'

/** How far an audit is: all that it needs in order to go on. */
export interface Progress {
  readonly head: Block | undefined
  readonly journals: Journals
  readonly trail: JournalTrail
  readonly world: World
  readonly tally: Tally
}

/** Raised whenever `Progress` changes its meaning. */
const VERSION = 2

interface Stored {
  readonly version: number
  readonly deployment: Deployment
  readonly progress: Progress
}

/** Written aside and renamed, so that a crash leaves the one before. */
export function writeCheckpoint(file: string, deployment: Deployment, progress: Progress): void {
  const { number, hash, parentHash, timestamp } = progress.head as Block
  const head = { number, hash, parentHash, timestamp }
  const stored: Stored = { version: VERSION, deployment, progress: { ...progress, head } }
  writeWhole(file, serialize(stored))
}

/** Undefined where there is none yet. */
export function readCheckpoint(file: string, deployment: Deployment): Progress | undefined {
  if (!existsSync(file)) return undefined
  const stored = storedIn(file)
  const isOurs = JSON.stringify(stored.deployment.contracts) === JSON.stringify(deployment.contracts)
  if (stored.version === VERSION && isOurs && stored.deployment.chainId === deployment.chainId) return stored.progress
  throw new StopError(
    `The checkpoint ${file} is of another ${isOurs ? 'version' : 'deployment'}`,
    {},
    'Delete it, or give another folder with --out.',
  )
}

function storedIn(file: string): Stored {
  try {
    return deserialize(readFileSync(file)) as Stored
  } catch (cause) {
    throw new StopError(`The checkpoint ${file} cannot be read`, {}, 'Delete it, and audit from the beginning.', cause)
  }
}
