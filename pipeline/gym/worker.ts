/** Settles worlds in a worker thread, one after the other. Started by `settleAll.ts`. */
import { parentPort } from 'node:worker_threads'
import { taskNamed } from '../train/tasks/tasks.ts'
import type { WorldToSettle } from './settleAll.ts'
import { createSettler, type Outcome } from './settleWorld.ts'

const port = parentPort
if (port === null) throw new Error('gym/worker.ts runs inside a worker thread; call settleAll instead.')

const settler = createSettler()
port.on('message', async ({ task, world, ...options }: WorldToSettle) => {
  const outcome: Outcome = await settler.settle(taskNamed(task), world, options)
  port.postMessage(outcome)
})
