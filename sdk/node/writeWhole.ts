import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { makeFolder } from './makeFolder.ts'

/**
 * Writes a file so that a reader, or a start after a power cut, finds all of it or none.
 *
 * @param mode Who may read it; 0o600 for secrets.
 */
export function writeWhole(path: string, content: string | Uint8Array, mode = 0o666): void {
  makeFolder(dirname(path))
  const partial = `${path}.partial`
  const file = openSync(partial, 'w', mode)
  try {
    if (typeof content === 'string') writeSync(file, content)
    else writeSync(file, content)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(partial, path)
}
