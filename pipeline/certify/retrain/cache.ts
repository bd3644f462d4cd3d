/**
 * Outcomes of retrainings on disk: one folder a subject, one small file a retraining, named by what it depends on. A file is
 * there whole or not at all, so whoever was killed goes on where they were.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeWhole } from '../../publish/writeWhole.ts'
import { type Retraining, type Subject, subjectDigest } from './subject.ts'

export interface RetrainingCache {
  readonly read: (retraining: Retraining) => Float64Array | undefined
  readonly write: (retraining: Retraining, logOdds: Float64Array) => void
}

export function openRetrainingCache(folder: string, subject: Subject): RetrainingCache {
  const own = join(folder, subjectDigest(subject))
  const bytes = (subject.data.count - subject.labels.length) * Float64Array.BYTES_PER_ELEMENT
  const pathOf = ({ seed, without }: Retraining): string =>
    join(
      own,
      `${createHash('sha256')
        .update(`${seed} without ${without.join(' ')}`)
        .digest('hex')}.f64`,
    )
  return {
    read: (retraining) => {
      const content = contentOf(pathOf(retraining))
      if (content?.length !== bytes) return undefined
      return new Float64Array(content.buffer.slice(content.byteOffset, content.byteOffset + bytes))
    },
    write: (retraining, logOdds) => writeWhole(pathOf(retraining), new Uint8Array(logOdds.buffer)),
  }
}

function contentOf(path: string): Buffer | undefined {
  try {
    return readFileSync(path)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
