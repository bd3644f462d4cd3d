import type { ExecutionArgs } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import { BadRequest } from './query/badRequest.ts'
import { type Context, contextOf } from './query/context.ts'

/** How often a request is answered anew because reorgs overtook its answer. */
const ATTEMPTS = 5

/**
 * An answer is put together from several statements, and a reorg may be stored between two of them. As long as the head at its
 * beginning still stands at its end, all of them saw the same branch; otherwise the request is answered anew, on the new one.
 */
export const snapshotIsolation: Plugin<Context> = {
  onExecute: ({ executeFn, setExecuteFn }) => {
    setExecuteFn(async (args: ExecutionArgs) => {
      const sources = args.contextValue as Context
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const context = { ...sources, ...contextOf(sources) }
        const result = await executeFn({ ...args, contextValue: context })
        if (await context.isOneSnapshot()) return result
      }
      return { errors: [new BadRequest('The chain was reorganised again and again meanwhile; ask again', 'REORGED')] }
    })
  },
}
