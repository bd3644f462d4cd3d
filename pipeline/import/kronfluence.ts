/**
 * kronfluence: `pairwise_scores.safetensors`, one tensor (queries × training rows) named "all_modules", or one a module.
 *
 * pomonam/kronfluence, kronfluence/score/pairwise.py: save_pairwise_scores, at 026c1f86efe35973f4d5c0a07d78fbac84671563. It
 * keeps no gradients of rows. A score is the row's loss gradient times a preconditioned gradient of a query: the column of a
 * row is its loss gradient projected onto as many directions as there were queries, which is what a sketch is made of. A
 * served answer must be scored against the same queries.
 */
import { decodeFloats, FLOAT_BYTES } from '../run/floats.ts'
import { RunError } from '../run/runError.ts'
import { type LargeTensors, type MatrixPlace, matrixPlace, readPlaces } from './largeTensors.ts'
import { type RowSource, requireFinite, rowsPerPiece } from './rowSource.ts'
import { type OpenFile, openFile, type SourceFolder } from './sourceFolder.ts'

const WHOLE = /(^|\/)pairwise_scores\.safetensors$/
const PARTITION = /(^|\/)pairwise_scores_data_partition\d+_module_partition\d+\.safetensors$/
const OTHER =
  /(^|\/)(self_scores|(activation|gradient)_(covariance|eigenvectors|eigenvalues)|lambda_matrix)\w*\.safetensors$/

export function isKronfluence({ files }: SourceFolder): boolean {
  return files.some((file) => WHOLE.test(file) || PARTITION.test(file) || OTHER.test(file))
}

export function readKronfluence(source: SourceFolder): RowSource {
  const [file, another] = source.files.filter((name) => WHOLE.test(name))
  if (file === undefined) {
    const found =
      source.files.find((name) => PARTITION.test(name)) ?? source.files.find((name) => OTHER.test(name)) ?? ''
    throw new RunError(
      found,
      PARTITION.test(found) ? 'it is one part of the scores' : 'it holds no scores of training rows',
      {},
      PARTITION.test(found)
        ? 'Put the parts together with analyzer.aggregate_pairwise_scores().'
        : 'Compute pairwise scores: analyzer.compute_pairwise_scores().',
    )
  }
  if (another !== undefined)
    throw new RunError(another, `it is a second file of scores beside ${file}`, {}, 'Name the folder of one of them.')
  const tensors = readPlaces(source, file)
  const modules = matricesOf(tensors)
  const n = modules[0]?.place.columns ?? 0
  const width = modules.reduce((sum, { place }) => sum + place.rows, 0)
  return {
    tool: 'kronfluence',
    content: 'query-scores',
    n,
    width,
    modules: modules.map(({ name, place }) => ({ name, width: place.rows })),
    settings: { queries: modules[0]?.place.rows ?? 0 },
    files: [file],
    *blocks() {
      const open = openFile(source, file)
      try {
        const step = rowsPerPiece(width)
        for (let row = 0; row < n; row += step) {
          const values = columns(open, modules, row, Math.min(step, n - row), width)
          requireFinite(file, values, width, row)
          yield values
        }
      } finally {
        open.close()
      }
    },
  }
}

interface ModuleScores {
  readonly name: string
  readonly place: MatrixPlace
}

function matricesOf(tensors: LargeTensors): readonly ModuleScores[] {
  const modules = [...tensors.places.keys()].toSorted().map((name) => ({ name, place: matrixPlace(tensors, name) }))
  const [first] = modules
  if (first === undefined) throw new RunError(tensors.file, 'it holds no tensor', {}, 'Compute the scores again.')
  const other = modules.find(({ place }) => place.columns !== first.place.columns || place.rows !== first.place.rows)
  if (other === undefined) return modules
  throw new RunError(
    tensors.file,
    `tensor "${other.name}" has scores of other rows or queries than "${first.name}"`,
    {
      shape: `${other.place.rows}×${other.place.columns}`,
      expected: `${first.place.rows}×${first.place.columns}`,
    },
    'Compute the scores of all modules in one go.',
  )
}

/** Rows `first` and on, each its column of every module's scores. */
function columns(
  file: OpenFile,
  modules: readonly ModuleScores[],
  first: number,
  count: number,
  width: number,
): Float32Array {
  const values = new Float32Array(count * width)
  let at = 0
  for (const { place } of modules) {
    const bytes = FLOAT_BYTES[place.type]
    for (let query = 0; query < place.rows; query++, at++) {
      const scores = decodeFloats(
        file.read(place.offset + (query * place.columns + first) * bytes, count * bytes),
        place.type,
      )
      for (let i = 0; i < count; i++) values[i * width + at] = scores[i] as number
    }
  }
  return values
}
