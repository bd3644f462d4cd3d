import { closeSync, fsyncSync, openSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { makeFolder } from './makeFolder.ts'

/**
 * Writes a file so that a reader, or a start after a power cut, finds all of it or none. Where it cannot, as on a full disk, it
 * throws and leaves what was there before. A device or a pipe, such as /dev/null, is written to, not replaced.
 *
 * @param mode Who may read it; 0o600 for secrets.
 */
export function writeWhole(path: string, content: string | Uint8Array, mode = 0o666): void {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() === false) {
    writeFileSync(path, content)
    return
  }
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
