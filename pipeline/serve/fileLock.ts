import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { RetryError } from '../../sdk/errors.ts'

/** A lock that the operating system holds for us, and gives up when this process ends, however it ends. */
export interface FileLock {
  readonly release: () => void
}

/**
 * Locks a file against other processes that lock it, at `<path>.lock`. SQLite locks that file by the system's own locks, of which Node offers
 * none by itself; a file that says which process holds it would outlive a power cut.
 */
export function lockFile(path: string, what: string): FileLock {
  mkdirSync(dirname(path), { recursive: true })
  const database = new DatabaseSync(`${path}.lock`)
  try {
    database.exec('BEGIN EXCLUSIVE')
  } catch (cause) {
    database.close()
    throw new RetryError(`Another process works with ${what}`, { file: path }, 'Wait until it has ended.', cause)
  }
  return { release: () => database.close() }
}
