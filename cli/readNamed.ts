import { readFileSync } from 'node:fs'

/** A file that somebody named. Node's own error does not say which one it was where that is a folder. */
export function readNamed(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    throw error instanceof Error ? Object.assign(error, { path }) : error
  }
}
