import { type LogFormat, written } from './log.ts'
import { failure } from './logEvents.ts'
import { type Chosen, choose, describe, type Settings } from './settings.ts'

/** What a command has of the process that runs it. */
export interface World {
  readonly env: NodeJS.ProcessEnv
  readonly out: Output
  readonly errors: Output
  /** Aborted when the process is asked to end. */
  readonly signal: AbortSignal
}

/** Where lines go: a file or pipe, or a terminal that says so and how wide it is. */
export type Output = Pick<NodeJS.WriteStream, 'write'> & Partial<Pick<NodeJS.WriteStream, 'isTTY' | 'columns'>>

export interface Command {
  /** Resolves with the exit status. */
  run(args: readonly string[], world: World): Promise<number>
}

interface CommandOptions<S extends Settings> {
  /** How it is called, and what it does. */
  readonly about: string
  readonly settings: S
  readonly run: (chosen: Chosen<S>, world: World) => Promise<number>
}

/** A command whose failure is one clear paragraph and exit status 1. */
export function command<S extends Settings>({ about, settings, run }: CommandOptions<S>): Command {
  return {
    run: async (args, world) => {
      let format: LogFormat = 'text'
      try {
        const chosen = choose(settings, args, world.env)
        if (chosen === undefined) {
          world.out.write(`${about}\n\n${describe(settings)}`)
          return 0
        }
        if (chosen.log === 'json') format = 'json'
        return await run(chosen, world)
      } catch (error) {
        // Whoever ended it knows why.
        return world.signal.aborted ? INTERRUPTED : fail(error, world, format)
      }
    },
  }
}

export function fail(error: unknown, { errors }: Pick<World, 'errors'>, format: LogFormat): 1 {
  errors.write(`${written(failure('failed', '', error), format, new Date())}\n`)
  return 1
}

/** As shells tell a command that was interrupted. */
const INTERRUPTED = 130
