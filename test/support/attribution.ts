import { vi } from 'vitest'
import { runProgram } from '../../cli/program.ts'
import { newFolder } from './folder.ts'
import { keyOf } from './keyOf.ts'
import { type Running, start, type Typed } from './typed.ts'

/** `attribution …` as people type it. What is signed is kept apart for each file of tests: their chains have the same number. */

const state = newFolder('state')

export function startAttribution(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  folder?: string,
): Running {
  return start(
    new URL('../../cli/main.ts', import.meta.url).pathname,
    args,
    { ATTRIBUTION_STATE: state, ...env },
    folder,
  )
}

/** The same in this process, one at a time: starting one of its own takes longer than most commands. */
export async function attribution(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  folder = process.cwd(),
): Promise<Typed> {
  const said = { out: '', err: '' }
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    vi.spyOn(process[name], 'write').mockImplementation((chunk) => {
      said[name === 'stdout' ? 'out' : 'err'] += chunk
      return true
    }),
  )
  const cwd = process.cwd()
  vi.stubEnv('ATTRIBUTION_STATE', state)
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)
  process.chdir(folder)
  try {
    return { code: await runProgram(args), ...said }
  } finally {
    process.chdir(cwd)
    vi.unstubAllEnvs()
    for (const spy of spies) spy.mockRestore()
  }
}

/** The environment in which one of the wallets signs. */
export function signedBy(index: number): Readonly<Record<string, string>> {
  return { ATTRIBUTION_PRIVATE_KEY: keyOf(index) }
}
