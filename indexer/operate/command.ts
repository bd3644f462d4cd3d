import { type LogFormat, written } from './log.ts'
import { failure } from './logEvents.ts'
import { type Chosen, choose, describe, type Settings } from './settings.ts'

/** What a command uses of its process. */
export interface World {
  readonly env: NodeJS.ProcessEnv
  readonly out: Output
  readonly errors: Output
  /** Aborts when the process is asked to end. */
  readonly signal: AbortSignal
}

/** The output: a file, a pipe, or a terminal with its width. */
export type Output = Pick<NodeJS.WriteStream, 'write'> & Partial<Pick<NodeJS.WriteStream, 'isTTY' | 'columns'>>

export interface Command {
  /** Resolves with the exit status. */
  run(args: readonly string[], world: World): Promise<number>
}

interface CommandOptions<S extends Settings> {
  /** Its usage, and what it does. */
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
        // An interrupted command needs no explanation.
        return world.signal.aborted ? INTERRUPTED : fail(error, world, format)
      }
    },
  }
}

export function fail(error: unknown, { errors }: Pick<World, 'errors'>, format: LogFormat): 1 {
  errors.write(`${written(failure('failed', '', error), format, new Date())}\n`)
  return 1
}

/** The exit status of an interrupted command, as shells have it. */
const INTERRUPTED = 130
