import { closeSync, existsSync, fsyncSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import * as z from 'zod'
import { StopError } from '../../sdk/errors.ts'
import type { Receipt } from '../../sdk/receipt.ts'
import { lockFile } from './fileLock.ts'

/** What callers are given: one line a request, an answer with its receipt or what it takes to be answered. */
export interface AnswersFile {
  /** Requests that were answered; what was refused may be asked again. */
  readonly answered: ReadonlySet<string>
  readonly write: (replies: readonly Reply[]) => void
  readonly close: () => void
}

export type Reply =
  | { readonly id: string; readonly answer: string; readonly receipt: Receipt }
  | { readonly id: string; readonly refused: Refusal }

/** Why a request is not answered, and what its payer has to sign or pay. Amounts as they are signed: in wei of OPEN. */
export interface Refusal {
  readonly reason: string
  readonly channelId?: string
  /** The least voucher that covers the call. */
  readonly maxClaimableAmount?: string
}

const lineSchema = z.looseObject({ id: z.string(), answer: z.string().optional() })

/** Opens the file at `path`, which no other process may have open. A last line that a power cut left unfinished is dropped. */
export function openAnswersFile(path: string): AnswersFile {
  mkdirSync(dirname(path), { recursive: true })
  const lock = lockFile(path, 'this file of answers')
  const text = existsSync(path) ? readFileSync(path, 'utf8') : ''
  const whole = text.slice(0, text.lastIndexOf('\n') + 1)
  const answered = new Set<string>()
  for (const [index, line] of whole.split('\n').slice(0, -1).entries()) {
    const { id, answer } = parseLine(line, `Line ${index + 1} of ${path}`)
    if (answer !== undefined) answered.add(id)
  }
  const file = openSync(path, 'a', 0o600)
  ftruncateSync(file, Buffer.byteLength(whole))
  return {
    answered,
    write: (replies) => {
      if (replies.length === 0) return
      writeSync(file, replies.map((reply) => `${JSON.stringify(reply)}\n`).join(''))
      fsyncSync(file)
      for (const reply of replies) if ('answer' in reply) answered.add(reply.id)
    },
    close: () => {
      closeSync(file)
      lock.release()
    },
  }
}

function parseLine(line: string, source: string): z.infer<typeof lineSchema> {
  try {
    return lineSchema.parse(JSON.parse(line))
  } catch (cause) {
    throw new StopError(`${source} is no reply`, {}, 'Name another file for answers, or restore this one.', cause)
  }
}
