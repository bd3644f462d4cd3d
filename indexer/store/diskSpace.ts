import { statfsSync } from 'node:fs'
import { RetryError } from '../../sdk/errors.ts'

/** Four segments of the write-ahead log: what a transaction may need before it has stored a row. */
const RESERVE = 64n << 20n

/** A row takes so much more room than its image, with its indexes and its copy in the log. */
const ROOM_A_BYTE = 8n

/**
 * Refuses to write where there may not be room. The embedded database does not report a full disk: when it cannot lengthen its log
 * it never comes back, and this process with it.
 */
export function mustHaveRoom(folder: string, bytes = 0): void {
  const { bavail, bsize } = statfsSync(folder, { bigint: true })
  const free = bavail * bsize
  const needed = RESERVE + BigInt(bytes) * ROOM_A_BYTE
  if (free >= needed) return
  throw new RetryError(
    'The disk of the database is full',
    { folder, freeBytes: free, neededBytes: needed },
    'Nothing is lost, and nothing more is stored. Make room there: it goes on by itself.',
  )
}
