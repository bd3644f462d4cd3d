import type { Command } from '../../indexer/operate/command.ts'

/** What a command said and how it ended. */
export interface Ran {
  readonly status: number
  readonly out: string
  readonly errors: string
}

/** Runs a command in this process, as `attribution index <command>` would in one of its own. */
export async function runCommand(
  command: Command,
  args: readonly string[],
  signal: AbortSignal = new AbortController().signal,
): Promise<Ran> {
  const out: string[] = []
  const errors: string[] = []
  const into = (said: string[]) => ({ write: (text: string | Uint8Array) => said.push(`${text}`) > 0 })
  const status = await command.run(args, { env: {}, out: into(out), errors: into(errors), signal })
  return { status, out: out.join(''), errors: errors.join('') }
}
