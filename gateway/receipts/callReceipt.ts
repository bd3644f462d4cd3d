import { bytesToHex, type Hex, type LocalAccount } from 'viem'
import { keccak } from '../../attribution/keccak.ts'
import { packSketch } from '../../attribution/sketch.ts'
import type { AnswerSketch } from '../../pipeline/train/answerSketch.ts'
import type { NamedChannel } from '../../sdk/channel.ts'
import type { Connection } from '../../sdk/contracts.ts'
import { type Receipt, signReceipt } from '../../sdk/receipt.ts'
import { ApiError } from '../apiError.ts'
import type { Serving } from '../serving.ts'

/** An answered call, as its receipt says it. */
export interface AnsweredCall {
  readonly channel: NamedChannel
  readonly requestHash: Hex
  readonly answer: string
  readonly sketch: AnswerSketch | undefined
  readonly feeUnits: number
  /** By the contracts' clock. */
  readonly recordBy: number
  readonly salt: Uint8Array
}

export async function receiptFor(
  { reader, contracts }: Connection,
  { model, operator }: Serving,
  key: LocalAccount,
  { channel, requestHash, answer, sketch, feeUnits, recordBy, salt }: AnsweredCall,
): Promise<Receipt> {
  return await signReceipt(key, {
    chainId: reader.chain.id,
    court: contracts.court.address.toLowerCase() as Hex,
    model: model.model,
    operator,
    payer: channel.payer,
    channelSalt: channel.salt,
    requestHash,
    answerHash: hashOf(answer),
    salt: bytesToHex(salt),
    querySketch: sketch === undefined ? '0x' : bytesToHex(packSketch(sketch.codes)),
    recordBy,
    feeUnits,
    bits: sketch?.bits ?? new Uint8Array(),
  })
}

/** What a receipt says of a request or an answer: of the bytes of its text. */
export function hashOf(text: string): Hex {
  return keccak(new TextEncoder().encode(text))
}

/** A request as one text, however it was written: keys in order, without spaces (RFC 8785), less what only says how to deliver it. */
export function requestText(body: Readonly<Record<string, unknown>>): string {
  const { stream: _, stream_options: __, attribution: ___, ...asked } = body
  return canonical(asked)
}

const MOST_LEVELS = 100

function canonical(value: unknown, levels = 0): string {
  if (levels > MOST_LEVELS) throw new ApiError(400, 'invalid_request', `The body has more than ${MOST_LEVELS} levels.`)
  if (Array.isArray(value)) return `[${value.map((one) => canonical(one, levels + 1)).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const entries = Object.entries(value)
    .filter(([, one]) => one !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([name, one]) => `${JSON.stringify(name)}:${canonical(one, levels + 1)}`).join(',')}}`
}
