import type { Column } from './catalogue.ts'

/**
 * PostgreSQL's binary COPY format: a header, then for each row its column count, and for each
 * column its length in bytes (-1 for null) and bytes. Integers and bytes are sent as they are
 * stored, so that neither side prints and parses them.
 */

const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1')
const CHUNK_BYTES = 1 << 18
const TRAILER = -1
const NULL = -1

interface Writer {
  readonly chunks: Uint8Array[]
  chunk: Buffer
  view: DataView
  at: number
}

/** The image of `rows`, in pieces. */
export function copyImage<Row extends object>(columns: readonly Column[], rows: readonly Row[]): readonly Uint8Array[] {
  const writer: Writer = { chunks: [SIGNATURE], ...newChunk(CHUNK_BYTES), at: 0 }
  for (const row of rows) {
    makeRoom(writer, 2)
    writer.view.setInt16(writer.at, columns.length)
    writer.at += 2
    for (const { name, type } of columns) {
      const value: unknown = row[name as keyof Row]
      if (value === undefined) throw new Error(`A row has no ${name}`)
      write(writer, type, value)
    }
  }
  makeRoom(writer, 2)
  writer.view.setInt16(writer.at, TRAILER)
  writer.at += 2
  return [...writer.chunks, writer.chunk.subarray(0, writer.at)]
}

function write(writer: Writer, type: string, value: unknown): void {
  if (value === null) writeNull(writer)
  else if (type === 'int8') writeInt8(writer, value as bigint | number)
  else if (type === 'bytea') writeBytes(writer, value as string)
  else if (type === 'numeric') writeNumeric(writer, value as bigint)
  else if (type === 'text') writeText(writer, value as string)
  else if (type === 'bool') writeBool(writer, value as boolean)
  else throw new Error(`A column of type ${type} cannot be copied`)
}

function writeNull(writer: Writer): void {
  makeRoom(writer, 4)
  writer.view.setInt32(writer.at, NULL)
  writer.at += 4
}

function writeInt8(writer: Writer, value: bigint | number): void {
  makeRoom(writer, 12)
  writer.view.setInt32(writer.at, 8)
  writer.view.setBigInt64(writer.at + 4, BigInt(value))
  writer.at += 12
}

function writeBool(writer: Writer, value: boolean): void {
  makeRoom(writer, 5)
  writer.view.setInt32(writer.at, 1)
  writer.view.setUint8(writer.at + 4, value ? 1 : 0)
  writer.at += 5
}

function writeBytes(writer: Writer, hex: string): void {
  const length = (hex.length - 2) >> 1
  makeRoom(writer, 4 + length)
  writer.view.setInt32(writer.at, length)
  const { chunk } = writer
  let at = writer.at + 4
  for (let i = 2; i < hex.length; i += 2) {
    chunk[at++] = ((NIBBLES[hex.charCodeAt(i)] as number) << 4) | (NIBBLES[hex.charCodeAt(i + 1)] as number)
  }
  writer.at = at
}

function writeText(writer: Writer, text: string): void {
  // No character takes more than three bytes for each of its UTF-16 units.
  makeRoom(writer, 4 + text.length * 3)
  const length = writer.chunk.write(text, writer.at + 4, 'utf8')
  writer.view.setInt32(writer.at, length)
  writer.at += 4 + length
}

/** Groups of four decimal digits, the most significant first; zeros at the end are left out. */
function writeNumeric(writer: Writer, value: bigint): void {
  const digits = (value < 0n ? -value : value).toString()
  const groups = Math.ceil(digits.length / 4)
  makeRoom(writer, 12 + groups * 2)
  const { view, at } = writer
  let end = at + 12
  let used = 0
  for (let i = 0; i < groups; i++) {
    const last = digits.length - (groups - 1 - i) * 4
    let group = 0
    for (let j = Math.max(0, last - 4); j < last; j++) group = group * 10 + digits.charCodeAt(j) - 48
    view.setInt16(end, group)
    end += 2
    if (group !== 0) used = i + 1
  }
  view.setInt32(at, 8 + used * 2)
  view.setInt16(at + 4, used)
  view.setInt16(at + 6, used === 0 ? 0 : groups - 1)
  view.setInt16(at + 8, value < 0n ? 0x4000 : 0)
  view.setInt16(at + 10, 0)
  writer.at = at + 12 + used * 2
}

function makeRoom(writer: Writer, bytes: number): void {
  if (writer.at + bytes <= writer.chunk.length) return
  writer.chunks.push(writer.chunk.subarray(0, writer.at))
  Object.assign(writer, newChunk(Math.max(bytes, CHUNK_BYTES)))
  writer.at = 0
}

function newChunk(bytes: number): { readonly chunk: Buffer; readonly view: DataView } {
  const chunk = Buffer.allocUnsafeSlow(bytes)
  return { chunk, view: new DataView(chunk.buffer) }
}

/** A hexadecimal digit's value by its character code. */
const NIBBLES = new Uint8Array(128)
for (let i = 0; i < 16; i++) {
  NIBBLES[i.toString(16).charCodeAt(0)] = i
  NIBBLES[i.toString(16).toUpperCase().charCodeAt(0)] = i
}
