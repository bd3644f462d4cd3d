/**
 * The header of a `.npy` file, which TRAK's `.mmap` files begin with (numpy.lib.format.open_memmap):
 *
 *     \x93NUMPY ‖ major u8 ‖ minor u8 ‖ header length (u16 little-endian in version 1, u32 from 2 on) ‖ header
 *
 * The header is a Python dictionary of exactly `descr`, `fortran_order` and `shape`, padded with spaces and a line feed
 * (numpy/numpy, numpy/lib/_format_impl.py: write_array_header).
 */
import type { ByteOrder, FloatType } from '../run/floats.ts'
import { RunError } from '../run/runError.ts'
import { FETCH_AGAIN, type OpenFile } from './sourceFolder.ts'

export interface NpyHeader {
  readonly type: FloatType
  readonly order: ByteOrder
  readonly shape: readonly number[]
  /** Where the numbers begin. */
  readonly offset: number
}

const MAGIC = '\x93NUMPY'
const LONGEST_HEADER = 65_535
const DICTIONARY =
  /^\{(?=.*'descr': '(?<descr>[^']+)')(?=.*'fortran_order': (?<fortran>True|False))(?=.*'shape': \((?<shape>[\d, ]*)\)).*\} *\n$/s

export function readNpyHeader(file: OpenFile): NpyHeader {
  if (file.size < 10) throw malformed(file, 'it is too short for a NumPy header', { bytes: file.size })
  const start = Buffer.from(file.read(0, 10))
  if (start.toString('latin1', 0, 6) !== MAGIC) throw malformed(file, 'it does not begin as a NumPy file does', {})
  const major = start.readUInt8(6)
  if (major < 1 || major > 3) throw malformed(file, 'it is of a version of the NumPy format that is unknown', { major })
  const lengthBytes = major === 1 ? 2 : 4
  if (file.size < 8 + lengthBytes) throw malformed(file, 'it is too short for a NumPy header', { bytes: file.size })
  const length = Buffer.from(file.read(8, lengthBytes)).readUIntLE(0, lengthBytes)
  const offset = 8 + lengthBytes + length
  if (length > LONGEST_HEADER || offset > file.size)
    throw malformed(file, 'its header is longer than the file', { headerBytes: length, fileBytes: file.size })
  const text = Buffer.from(file.read(8 + lengthBytes, length)).toString('latin1')
  const { descr, fortran, shape } = DICTIONARY.exec(text)?.groups ?? {}
  if (descr === undefined || fortran === undefined || shape === undefined)
    throw malformed(file, 'its NumPy header cannot be understood', {})
  if (fortran === 'True')
    throw new RunError(file.name, 'it is in Fortran order', { field: 'fortran_order' }, 'Save it in C order.')
  return { ...elementOf(file, descr), shape: sidesOf(file, shape), offset }
}

function sidesOf(file: OpenFile, shape: string): readonly number[] {
  const sides = shape.split(',').filter((side) => side.trim() !== '')
  if (sides.every((side) => /^ ?\d{1,15}$/.test(side))) return sides.map(Number)
  throw malformed(file, 'its NumPy header cannot be understood', { field: 'shape' })
}

const TYPES: Readonly<Record<string, FloatType>> = { f8: 'float64', f4: 'float32', f2: 'float16' }

/** `<f4`, `>f2` and the like; a `|` would say that byte order does not matter, which for these it does. */
function elementOf(file: OpenFile, descr: string): { readonly type: FloatType; readonly order: ByteOrder } {
  const type = TYPES[descr.slice(1)]
  const order = descr[0]
  if (type !== undefined && (order === '<' || order === '>')) return { type, order: order === '<' ? 'LE' : 'BE' }
  throw new RunError(
    file.name,
    `it holds numbers of type ${descr}`,
    { field: 'descr' },
    'Save float16, float32 or float64 numbers.',
  )
}

function malformed(file: OpenFile, what: string, facts: RunError['facts']): RunError {
  return new RunError(file.name, what, facts, FETCH_AGAIN)
}
