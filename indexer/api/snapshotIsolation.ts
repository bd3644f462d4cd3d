import type { ExecutionArgs, ExecutionResult } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import { BadRequest } from './query/badRequest.ts'
import { type Context, contextOf } from './query/context.ts'

/** How often a request is executed again because of reorgs. */
const ATTEMPTS = 5

/**
 * An answer comes from several statements, and a reorg may be stored between two of them. If the
 * head at its start is still stored at its end, all statements saw one branch. Otherwise the
 * request is executed again, on the new branch.
 */
export const snapshotIsolation: Plugin<Context> = {
  onExecute: ({ executeFn, setExecuteFn }) => setExecuteFn(onOneBranch(executeFn)),
}

type Execute = (args: ExecutionArgs) => ExecutionResult | Promise<ExecutionResult>

export function onOneBranch(execute: Execute): Execute {
  return async (args) => {
    const given = args.contextValue as Context
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      // The head that was given is another one after a reorg.
      const sources = attempt === 0 ? given : { ...given, head: undefined }
      const context = { ...sources, ...contextOf(sources) }
      const result = await execute({ ...args, contextValue: context })
      if (await context.isOneSnapshot()) return result
    }
    return {
      errors: [new BadRequest('The chain was reorganised repeatedly during the request; ask again', 'REORGED')],
    }
  }
}
