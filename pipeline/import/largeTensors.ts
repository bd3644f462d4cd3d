/** The tensors of a safetensors file that is read in parts. */

import { FLOAT_BYTES, type FloatType } from '../run/floats.ts'
import { RunError } from '../run/runError.ts'
import { FLOAT_TYPES, headerLength, parsePlaces, type TensorPlace } from '../run/safetensors.ts'
import { readBlock } from './rowSource.ts'
import { openFile, type SourceFolder } from './sourceFolder.ts'

const LENGTH_BYTES = 8
/** The format's own limit. */
const LONGEST_HEADER = 100_000_000

/** What GPTQ, AWQ, HQQ, bitsandbytes and compressed tensors store beside or instead of a weight. */
const QUANTISED =
  /\.(qweight|qzeros|W_q|weight_packed|weight_scale(_inv)?|weight\.(absmax|quant_map|quant_state\..*)|SCB)$/

export interface LargeTensors {
  readonly file: string
  /** Where the data begin that offsets count from. */
  readonly dataStart: number
  readonly places: ReadonlyMap<string, TensorPlace>
}

export function readPlaces(source: SourceFolder, file: string): LargeTensors {
  const open = openFile(source, file)
  try {
    const length = headerLength(file, open.read(0, Math.min(LENGTH_BYTES, open.size)), open.size)
    if (length > LONGEST_HEADER)
      throw new RunError(
        file,
        'its header is too long for a safetensors file',
        { headerBytes: length },
        'Fetch it afresh.',
      )
    const places = parsePlaces(file, open.read(LENGTH_BYTES, length), open.size)
    return { file, dataStart: LENGTH_BYTES + length, places }
  } finally {
    open.close()
  }
}

/** Refuses tensors without numbers, those of a quantised model, and floating-point ones with a NaN or an infinity in them. */
export function requireFiniteTensors(source: SourceFolder, { file, dataStart, places }: LargeTensors): void {
  for (const [name, { dtype, shape }] of places) {
    if (shape.includes(0))
      throw new RunError(
        file,
        `tensor "${name}" is empty`,
        { shape: shape.join('×') },
        'Gather the parameters before saving: ZeRO-3 and FSDP leave empty ones.',
      )
    if (/^F[468]/.test(dtype) || QUANTISED.test(name))
      throw new RunError(
        file,
        `tensor "${name}" is of a quantised model`,
        { dtype },
        'Import the weights as they were trained, in float32, float16 or bfloat16.',
      )
  }
  const open = openFile(source, file)
  try {
    for (const [name, { dtype, start, end }] of places) {
      const type = FLOAT_TYPES[dtype]
      if (type === undefined) continue
      const n = (end - start) / FLOAT_BYTES[type]
      for (const _ of readBlock(open, { offset: dataStart + start, n, width: 1, type, firstRow: 0, tensor: name })) {
        // Reading is what checks.
      }
    }
  } finally {
    open.close()
  }
}

export interface MatrixPlace {
  readonly type: FloatType
  readonly rows: number
  readonly columns: number
  /** Where its numbers begin in the file. */
  readonly offset: number
}

/** A two-dimensional tensor of floating-point numbers. */
export function matrixPlace({ file, dataStart, places }: LargeTensors, name: string): MatrixPlace {
  const place = places.get(name)
  if (place === undefined) throw new RunError(file, `tensor "${name}" is missing`, {}, 'Fetch it afresh.')
  const type = FLOAT_TYPES[place.dtype]
  const [rows, columns, ...others] = place.shape
  const isMatrix = rows !== undefined && columns !== undefined && others.length === 0 && rows > 0 && columns > 0
  if (type === undefined || !isMatrix)
    throw new RunError(
      file,
      `tensor "${name}" is no matrix of floating-point numbers`,
      { dtype: place.dtype, shape: place.shape.join('×') },
      'Name the file that holds a number for every row and dimension.',
    )
  return { type, rows, columns, offset: dataStart + place.start }
}
