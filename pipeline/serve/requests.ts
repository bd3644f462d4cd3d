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
  return lines.map((line, index) => {
    const parsed = requestSchema.safeParse(parseJson(line))
    if (parsed.success) return parsed.data
    throw new StopError(
      `Line ${index + 1} of ${path} is not a request`,
      { problem: parsed.error.issues[0]?.message ?? 'unknown' },
      'A request is {"id": a name, "payer": an account, "salt": of its channel, "text": some text, "voucher": if there is a new one}.',
    )
  })
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
