import { Worker } from 'node:worker_threads'
import type { Operation } from './graphql.ts'
import type { IntrospectionReply, IntrospectionTask } from './introspectionWorker.ts'

/** Answers about the whole schema from a thread, which starts with the first such question. */
export interface Introspection {
  /** The answer as JSON, to a query that is valid and within its limits. */
  answer(operation: Operation, signal: AbortSignal): Promise<string>
  close(): void
}

const HEAP_MB = 256

export function introspection(): Introspection {
  const waiting = new Map<number, PromiseWithResolvers<string>>()
  let thread: Worker | undefined
  let asked = 0

  const started = (): Worker => {
    if (thread !== undefined) return thread
    const worker = new Worker(new URL('./introspectionWorker.ts', import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
    })
    worker.unref()
    worker.on('message', ({ id, text }: IntrospectionReply) => waiting.get(id)?.resolve(text))
    const failed = (error: unknown) => {
      if (thread === worker) thread = undefined
      for (const { reject } of waiting.values()) reject(error)
    }
    worker.on('error', failed)
    worker.on('exit', () => failed(new Error('The thread that answers about the schema has ended')))
    thread = worker
    return worker
  }

  return {
    answer: async ({ query, operationName, variables = {} }, signal) => {
      asked += 1
      const id = asked
      const reply = Promise.withResolvers<string>()
      waiting.set(id, reply)
      signal.addEventListener('abort', () => reply.reject(signal.reason))
      try {
        started().postMessage({ id, query, operationName, variables } satisfies IntrospectionTask)
        return await reply.promise
      } finally {
        waiting.delete(id)
      }
    },
    // Terminating a thread that still loads its modules can end the whole process.
    close: () => thread?.postMessage('close'),
  }
}
