/** Rows that anything else wrote: a `gradients.safetensors` with the tensor `u` (rows × dimensions), a loss gradient a row. */
import { RUN_FILES } from '../run/manifest.ts'
import { RunError } from '../run/runError.ts'
import { matrixPlace, readPlaces } from './largeTensors.ts'
import { type RowSource, readBlock } from './rowSource.ts'
import { openFile, type SourceFolder } from './sourceFolder.ts'

const isTensorFile = (file: string) => file === RUN_FILES.gradients || file.endsWith(`/${RUN_FILES.gradients}`)

export function isPlainTensor({ files }: SourceFolder): boolean {
  return files.some(isTensorFile)
}

export function readPlainTensor(source: SourceFolder): RowSource {
  const [file, another] = source.files.filter(isTensorFile)
  if (file === undefined || another !== undefined)
    throw new RunError(another ?? RUN_FILES.gradients, 'it is not the only one', {}, 'Name the folder of one of them.')
  const tensors = readPlaces(source, file)
  const unknown = [...tensors.places.keys()].find((name) => name !== 'u')
  if (unknown !== undefined)
    throw new RunError(file, `it holds an unknown tensor "${unknown}"`, {}, 'Keep one tensor, "u", in it.')
  const { type, rows, columns, offset } = matrixPlace(tensors, 'u')
  return {
    tool: 'safetensors',
    content: 'loss-gradient',
    n: rows,
    width: columns,
    modules: [],
    settings: {},
    files: [file],
    *blocks() {
      const open = openFile(source, file)
      try {
        yield* readBlock(open, { offset, n: rows, width: columns, type, firstRow: 0 })
      } finally {
        open.close()
      }
    },
  }
}
