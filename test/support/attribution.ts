import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
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

export function attribution(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  folder?: string,
): Promise<Typed> {
  return startAttribution(args, env, folder).ended
}

/** The environment in which a member of the cast signs. */
export function signedBy(index: number): Readonly<Record<string, string>> {
  return { ATTRIBUTION_PRIVATE_KEY: keyOf(index) }
}

/** A file with the key of a member of the cast. */
export function keyFileOf(folder: string, index: number): string {
  const path = join(folder, `${index}.key`)
  writeFileSync(path, keyOf(index), { mode: 0o600 })
  return path
}
