import { parentPort } from 'node:worker_threads'
import { executeSync, parse } from 'graphql'
import { schema } from './schema/schema.ts'

/** A thread that answers about the schema, whose size would keep the event loop. */

export interface IntrospectionTask {
  readonly id: number
  readonly query: string
  readonly operationName: string | undefined
  readonly variables: Readonly<Record<string, unknown>>
}

export interface IntrospectionReply {
  readonly id: number
  /** The answer as JSON. */
  readonly text: string
}

parentPort?.on('message', (task: IntrospectionTask | 'close') => {
  if (task === 'close') return parentPort?.close()
  const { id, query, operationName, variables } = task
  const document = parse(query)
  const result = executeSync({ schema, document, operationName: operationName ?? null, variableValues: variables })
  parentPort?.postMessage({ id, text: JSON.stringify(result) } satisfies IntrospectionReply)
})
