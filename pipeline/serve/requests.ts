import { readFileSync } from 'node:fs'
import * as z from 'zod'
import { StopError } from '../../sdk/errors.ts'
import type { Request } from './operation.ts'

/** A file of requests, one JSON object a line. */

const requestSchema = z.strictObject({
  id: z.string().min(1),
  payer: z.int().positive(),
  /** Which of the payer's channels pays: 0 is the walk-in channel. */
  salt: z.int().min(0).max(0xffff_ffff).default(1),
  text: z.string().min(1),
  /** A voucher of that channel, as x402 clients sign it: all that may ever be charged, in wei of OPEN. */
  voucher: z
    .strictObject({
      maxClaimableAmount: z
        .string()
        .regex(/^\d{1,39}$/)
        .transform(BigInt),
      signature: z.templateLiteral(['0x', z.string().regex(/^([0-9a-f]{128}|[0-9a-f]{130})$/)]),
    })
    .optional(),
})

export function readRequests(path: string): readonly Request[] {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    throw new StopError(`${path} cannot be read`, {}, 'Name a file of requests.', cause)
  }
  const lines = text.split('\n').filter((line) => line !== '')
  const places = new Map<string, number>()
  return lines.map((line, index) => {
    const parsed = requestSchema.safeParse(parseJson(line))
    if (parsed.success) {
      requireNewId(path, places, parsed.data.id, index + 1)
      return parsed.data
    }
    throw new StopError(
      `Line ${index + 1} of ${path} is not a request`,
      { problem: parsed.error.issues[0]?.message ?? 'unknown' },
      'A request is {"id": a name, "payer": an account, "salt": of its channel, "text": some text, "voucher": if there is a new one}.',
    )
  })
}

/** A name stands for one call: two under the same would be one that is charged, or two, as the reader likes. */
function requireNewId(path: string, places: Map<string, number>, id: string, line: number): void {
  const earlier = places.get(id)
  if (earlier !== undefined)
    throw new StopError(
      `Lines ${earlier} and ${line} of ${path} have the same id "${id}"`,
      {},
      'Give every request an id of its own; nothing was served.',
    )
  places.set(id, line)
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
