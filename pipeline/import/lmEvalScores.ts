/** The samples of one task as a whole: how many there are, what they are called together, and how each metric scored them. */
import { createHash } from 'node:crypto'
import type { Hex } from 'viem'
import { keccak } from '../../attribution/keccak.ts'
import { RunError } from '../run/runError.ts'
import { readSamples } from './lmEvalSamples.ts'
import type { SourceFolder } from './sourceFolder.ts'

export interface TaskScores {
  readonly count: number
  /** keccak256 of the samples' hashes in the order of their numbers, a line each. */
  readonly datasetHash: Hex
  /** sha-256 over what was asked, how and with which answer expected: what the harness calls the task's hash. */
  readonly taskHash: string
  /** By "metric,filter", of those that score every sample by itself. */
  readonly scores: ReadonlyMap<string, readonly number[]>
}

export function readScores(source: SourceFolder, file: string, filters: readonly string[]): TaskScores {
  const hashes = new Map<number, string>()
  const scores = new Map<string, number[]>()
  const taskHash = createHash('sha256')
  for (const sample of readSamples(source, file, filters)) {
    const { doc, hash, filter } = sample
    taskHash.update(sample.asked)
    const known = hashes.get(doc)
    if (known !== undefined && known !== hash)
      throw new RunError(
        file,
        `line ${sample.line} is another sample of the same number`,
        { doc_id: doc },
        'Evaluate again; samples of two evaluations were written into one file.',
      )
    hashes.set(doc, hash)
    for (const [metric, score] of sample.scores) {
      const key = `${metric},${filter}`
      const found = scores.get(key)
      if (found === undefined) scores.set(key, [score])
      else found.push(score)
    }
  }
  const wrong = [...scores].find(([, found]) => found.length !== hashes.size)
  if (wrong !== undefined)
    throw new RunError(
      file,
      'it does not score every sample once',
      { metric: wrong[0], scores: wrong[1].length, samples: hashes.size },
      'Evaluate again; lines are missing, or those of two evaluations were written into one file.',
    )
  const inOrder = [...hashes].toSorted(([a], [b]) => a - b).map(([, hash]) => `${hash}\n`)
  return {
    count: hashes.size,
    datasetHash: keccak(new TextEncoder().encode(inOrder.join(''))),
    taskHash: taskHash.digest('hex'),
    scores,
  }
}
