import { RunError } from '../run/runError.ts'
import { FETCH_AGAIN, type OpenFile } from './sourceFolder.ts'

const PIECE_BYTES = 1 << 20
const LONGEST_LINE = 64 * 1024 * 1024

/** The lines of a text file, a piece in memory at a time. The last one must end with a line feed too. */
export function* readLines({ name, size, read }: OpenFile): Generator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let rest = ''
  for (let at = 0; at < size; at += PIECE_BYTES) {
    rest += decode(name, decoder, read(at, Math.min(PIECE_BYTES, size - at)))
    const lines = rest.split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > LONGEST_LINE) throw new RunError(name, 'it has a line without an end', {}, FETCH_AGAIN)
    yield* lines
  }
  if (rest !== '') throw new RunError(name, 'its last line is cut short', { characters: rest.length }, FETCH_AGAIN)
}

function decode(name: string, decoder: TextDecoder, bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes, { stream: true })
  } catch (cause) {
    throw new RunError(name, 'it is no text', {}, FETCH_AGAIN, cause)
  }
}
