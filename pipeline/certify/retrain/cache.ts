/**
 * Outcomes of retrainings on disk: one folder an input, one small file a retraining, named by what it depends on. A file is
 * there whole or not at all, so a killed command continues where it was.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeWhole } from '../../../sdk/node/writeWhole.ts'
import { columnsOf } from '../../train/lora/scale.ts'
import { inputDigest, type Retraining, type TrainingInput } from './trainingInput.ts'

export interface RetrainingCache {
  readonly read: (retraining: Retraining) => Float64Array | undefined
  readonly write: (retraining: Retraining, logOdds: Float64Array) => void
}

export function openRetrainingCache(folder: string, input: TrainingInput): RetrainingCache {
  const own = join(folder, inputDigest(input))
  const heldOut = input.data.count - input.labels.length
  const bytes = heldOut * columnsOf(input.scale) * Float64Array.BYTES_PER_ELEMENT
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
