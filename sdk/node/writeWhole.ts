import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { makeFolder } from './makeFolder.ts'

/**
 * Writes a file so that a reader, or a start after a power cut, finds all of it or none. Where it cannot, as on a full disk, it
 * throws and leaves what was there before.
 *
 * @param mode Who may read it; 0o600 for secrets.
 */
export function writeWhole(path: string, content: string | Uint8Array, mode = 0o666): void {
  makeFolder(dirname(path))
  const partial = `${path}.partial`
  try {
    const file = openSync(partial, 'w', mode)
    try {
      // Unlike one write, it writes the rest where the system takes a part.
      writeFileSync(file, content)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(partial, path)
  } catch (error) {
    rmSync(partial, { force: true })
    throw error
  }
}
