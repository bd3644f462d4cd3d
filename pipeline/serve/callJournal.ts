import { closeSync, existsSync, fsyncSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import * as z from 'zod'
import { StopError } from '../../sdk/errors.ts'

/**
 * What an operator remembers of the calls it served: one line a call, on disk before the call is charged. It holds the salts,
 * so it never leaves the operator; requests and answers themselves are not in it, only their hashes.
 */

const hash = z.templateLiteral(['0x', z.string().regex(/^[0-9a-f]{64}$/)])

const callSchema = z.strictObject({
  /** The caller's name for this call; the same name is never served or charged twice. */
  id: z.string().min(1),
  payer: z.int().positive(),
  feeGwei: z.string().regex(/^\d+$/).transform(BigInt),
  requestHash: hash,
  responseHash: hash,
  salt: hash,
  rows: z.array(
    z.strictObject({ row: z.int().nonnegative(), account: z.int().positive(), weight: z.int().nonnegative() }),
  ),
  sketch: z.templateLiteral(['0x', z.string().regex(/^([0-9a-f]{2})*$/)]),
})

export type Call = Readonly<z.infer<typeof callSchema>>

export interface CallJournal {
  readonly calls: readonly Call[]
  readonly append: (calls: readonly Call[]) => void
  readonly close: () => void
}

/** Opens the journal at `path`. A last line that a power cut left unfinished was never charged, and is dropped. */
export function openCallJournal(path: string): CallJournal {
  mkdirSync(dirname(path), { recursive: true })
  const text = existsSync(path) ? readFileSync(path, 'utf8') : ''
  const whole = text.slice(0, text.lastIndexOf('\n') + 1)
  const calls = whole
    .split('\n')
    .slice(0, -1)
    .map((line, index) => parseCall(line, `Line ${index + 1} of ${path}`))
  const file = openSync(path, 'a')
  ftruncateSync(file, Buffer.byteLength(whole))
  return {
    calls,
    append: (added) => {
      writeSync(file, added.map((call) => `${JSON.stringify({ ...call, feeGwei: `${call.feeGwei}` })}\n`).join(''))
      fsyncSync(file)
      calls.push(...added)
    },
    close: () => closeSync(file),
  }
}

function parseCall(line: string, source: string): Call {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    value = undefined
  }
  const parsed = callSchema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new StopError(
    `${source} is not a served call`,
    { problem: parsed.error.issues[0]?.message ?? 'unknown' },
    'Restore the journal from a copy: without it calls cannot be charged, or would be charged twice.',
  )
}
