import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { z } from 'zod'
import { StopError } from '../../sdk/errors.ts'

/** An indexer from npm, beside us: a project of its own with its own lock, installed when it is asked for and never a dependency of ours. */
export interface Rival {
  readonly name: string
  /** What asks for it, and the name of its folder beside this one. */
  readonly option: 'ponder' | 'sqd' | 'postgraphile'
  /** The package whose version the table names. */
  readonly main: string
}

/** Where a copy of its project is installed, because it may write into its folder. */
export function folderOf({ option }: Rival): string {
  return fileURLToPath(new URL(`../../var/bench/${option}/`, import.meta.url))
}

/** Installs it, and says what and which version that is. */
export async function install(rival: Rival): Promise<string> {
  const project = fileURLToPath(new URL(`../${rival.option}/`, import.meta.url))
  const folder = folderOf(rival)
  const lock = readFileSync(`${project}package-lock.json`)
  if (!existsSync(`${folder}package-lock.json`) || !readFileSync(`${folder}package-lock.json`).equals(lock)) {
    rmSync(folder, { recursive: true, force: true })
  }
  mkdirSync(folder, { recursive: true })
  cpSync(project, folder, { recursive: true })
  const main = `${folder}node_modules/${rival.main}/package.json`
  try {
    const npm = ['ci', '--ignore-scripts', '--no-audit', '--no-fund']
    if (!existsSync(main)) await promisify(execFile)('npm', npm, { cwd: folder })
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split('\n').slice(0, 4).join(' ') : String(cause)
    const remedy = `Look at the network, or leave out --${rival.option}.`
    throw new StopError(`${rival.name} cannot be installed`, { reason }, remedy)
  }
  const { version } = z.object({ version: z.string() }).parse(JSON.parse(readFileSync(main, 'utf8')))
  return `${rival.name} ${version}`
}
