import { RunError } from '../run/runError.ts'
import { isBergson, readBergson } from './bergson.ts'
import { isDattri, readDattri } from './dattri.ts'
import { isKronfluence, readKronfluence } from './kronfluence.ts'
import { isLogix, readLogix } from './logix.ts'
import { isPlainTensor, readPlainTensor } from './plainTensor.ts'
import type { RowSource } from './rowSource.ts'
import type { SourceFolder } from './sourceFolder.ts'
import { isTrak, readTrak } from './trak.ts'

/** Attribution data of whichever tool left them: told by the files that only this tool writes. */

export interface AttributionChoices {
  /** Which of several checkpoints (TRAK). */
  readonly checkpoint?: string
  /** What each row is called, row 0 first (LogIX). */
  readonly ids?: readonly string[]
}

type Reader = (source: SourceFolder, choices: AttributionChoices) => RowSource

const TOOLS: readonly (readonly [RowSource['tool'], (source: SourceFolder) => boolean, Reader])[] = [
  ['bergson', isBergson, readBergson],
  ['trak', isTrak, (source, { checkpoint }) => readTrak(source, checkpoint)],
  ['logix', isLogix, (source, { ids }) => readLogix(source, ids)],
  ['dattri', isDattri, readDattri],
  ['kronfluence', isKronfluence, readKronfluence],
  ['safetensors', isPlainTensor, readPlainTensor],
]

const PICKLE = /\.(pt|pth|bin|pkl|pickle|ckpt)$/
/** Beyond this a sketcher of a few hundred dimensions would weigh gigabytes. */
const WIDEST = 65_536

export function readAttributionData(source: SourceFolder, choices: AttributionChoices = {}): RowSource {
  const found = TOOLS.filter(([, isOf]) => isOf(source))
  const [first, second] = found
  if (first === undefined) throw nothingFound(source)
  if (second !== undefined)
    throw new RunError(
      source.path,
      `it holds attribution data of ${first[0]} and of ${second[0]}`,
      {},
      'Keep the data of one tool in a folder of their own, and name that.',
    )
  const rows = first[2](source, choices)
  if (rows.width > WIDEST)
    throw new RunError(
      rows.files.at(-1) ?? source.path,
      'its rows are too wide for a sketch',
      { width: rows.width, widest: WIDEST },
      'Project the gradients in the tool that takes them (projection_dim, proj_dim, LoGra), to a few thousand dimensions.',
    )
  return rows
}

function nothingFound({ path, files }: SourceFolder): RunError {
  const pickle = files.find((file) => PICKLE.test(file))
  return pickle === undefined
    ? new RunError(path, 'it holds no attribution data that is known', { files: files.length }, KNOWN)
    : new RunError(
        pickle,
        'it is a pickle, which may run any program when it is loaded, so it never is',
        {},
        'Save the rows with safetensors.torch.save_file({"u": rows}, "gradients.safetensors"), one row an example.',
      )
}

const KNOWN =
  'Known are Bergson (gradients.bin), TRAK (<id>/grads.mmap), LogIX (log_rank_*.mmap), dattri (chunk_gradients_*.mmap), ' +
  'kronfluence (pairwise_scores.safetensors) and gradients.safetensors.'
