/** `samples_<task>_<time>.jsonl`: what was asked, what was answered and how each answer scored; one line a sample and filter. */
import { createHash } from 'node:crypto'
import type { Hex } from 'viem'
import { z } from 'zod'
import { keccak } from '../../attribution/keccak.ts'
import { RunError } from '../run/runError.ts'
import { readLines } from './lines.ts'
import { openFile, parseJson, type SourceFolder } from './sourceFolder.ts'

const digest = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits')
const sampleSchema = z.looseObject({
  doc_id: z.int().nonnegative(),
  doc_hash: digest,
  prompt_hash: digest,
  target_hash: digest,
  filter: z.string().optional(),
  metrics: z.array(z.string()).optional(),
})

export interface Samples {
  readonly count: number
  /** keccak256 of the samples' hashes in the order in which they were asked, a line each. */
  readonly datasetHash: Hex
  /** sha-256 over what was asked, how and with which answer expected: what the harness calls the task's hash. */
  readonly taskHash: string
  /** By "metric,filter", of those that score every sample by itself. */
  readonly means: ReadonlyMap<string, number>
}

export function readSamples(source: SourceFolder, file: string): Samples {
  const hashes = new Map<number, string>()
  const sums = new Map<string, { sum: number; count: number }>()
  const taskHash = createHash('sha256')
  const open = openFile(source, file)
  try {
    let line = 0
    for (const text of readLines(open)) {
      line++
      const sample = parseJson(`${file}, line ${line}`, text, sampleSchema, 'a sample of lm-evaluation-harness')
      const { doc_id, doc_hash, prompt_hash, target_hash, filter = 'none', metrics = [] } = sample
      taskHash.update(`${doc_hash}${prompt_hash}${target_hash}`)
      const known = hashes.get(doc_id)
      if (known !== undefined && known !== doc_hash)
        throw new RunError(
          file,
          `line ${line} is another sample of the same number`,
          { doc_id },
          'Evaluate again; samples of two evaluations were written into one file.',
        )
      hashes.set(doc_id, doc_hash)
      for (const metric of metrics) {
        const score = sample[metric]
        if (typeof score !== 'number') continue
        const key = `${metric},${filter}`
        const { sum, count } = sums.get(key) ?? { sum: 0, count: 0 }
        sums.set(key, { sum: sum + score, count: count + 1 })
      }
    }
  } finally {
    open.close()
  }
  if (hashes.size === 0) throw new RunError(file, 'it holds no samples', {}, 'Evaluate again, with --log_samples.')
  const wrong = [...sums].find(([, { count }]) => count !== hashes.size)
  if (wrong !== undefined)
    throw new RunError(
      file,
      'it does not score every sample once',
      { metric: wrong[0], scores: wrong[1].count, samples: hashes.size },
      'Evaluate again; lines are missing, or those of two evaluations were written into one file.',
    )
  return {
    count: hashes.size,
    datasetHash: keccak(new TextEncoder().encode([...hashes.values()].map((hash) => `${hash}\n`).join(''))),
    taskHash: taskHash.digest('hex'),
    means: new Map([...sums].map(([key, { sum, count }]) => [key, sum / count])),
  }
}
