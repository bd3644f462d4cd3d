import type { Context } from '../../context.ts'
import { ExitError } from '../../exitError.ts'
import { sayFailure } from '../../failure.ts'
import { UsageError } from '../../usageError.ts'

/** The exit status of a check that could not be made: it is no finding. */
export const COULD_NOT_CHECK = 2

/** Says what keeps a check from being made, and ends with a status of its own. */
export async function orCouldNotCheck<T>(context: Context, check: () => Promise<T>): Promise<T> {
  try {
    return await check()
  } catch (error) {
    if (error instanceof ExitError || error instanceof UsageError || context.signal.aborted) throw error
    sayFailure(error, context.terminal.isJson)
    throw new ExitError(COULD_NOT_CHECK)
  }
}
