/** Plays worlds in a worker thread, one after the other. Started by `playAll.ts`. */
import { parentPort } from 'node:worker_threads'
import { taskNamed } from '../train/tasks/tasks.ts'
import { ENTRANCES } from './entrances.ts'
import { createPlayer, type Outcome } from './play.ts'
import type { Match } from './playAll.ts'

const port = parentPort
if (port === null) throw new Error('gym/worker.ts runs inside a worker thread; call playAll instead.')

const player = createPlayer()
port.on('message', async ({ task, seed, world, cacheFolder, maxTokens }: Match) => {
  const outcome: Outcome = await player.play(taskNamed(task), world, {
    seed,
    cacheFolder,
    maxTokens,
    entrances: ENTRANCES,
  })
  port.postMessage(outcome)
})
