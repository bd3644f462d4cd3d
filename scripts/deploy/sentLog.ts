import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Hex } from 'viem'
import * as z from 'zod'
import type { Reader } from '../../sdk/chain.ts'
import { writeWhole } from '../../sdk/node/writeWhole.ts'

/**
 * What was signed for a deployment, beside Ignition's journal and before a node hears of it. Ignition notes a transaction's nonce before it is
 * sent and its hash afterwards: killed in between, it would send the same again under another nonce, or refuse for ever.
 */

const hex = z.custom<Hex>((value) => typeof value === 'string' && /^0x[0-9a-f]+$/i.test(value))
const sentSchema = z.strictObject({ nonce: z.int(), hash: hex, raw: hex, fees: z.record(z.string(), z.string()) })
export type Sent = z.infer<typeof sentSchema>

/** The two of Ignition's messages that tell of sending. */
const messageSchema = z.object({
  type: z.enum(['TRANSACTION_PREPARE_SEND', 'TRANSACTION_SEND']),
  futureId: z.string(),
  networkInteractionId: z.number(),
  nonce: z.number(),
  transaction: z.object({ hash: hex }).optional(),
})
type Message = z.infer<typeof messageSchema>

const logIn = (folder: string): string => join(folder, 'sent.jsonl')
const journalIn = (folder: string): string => join(folder, 'journal.jsonl')

export function keepSent(folder: string, sent: Sent): void {
  appendFileSync(logIn(folder), `${JSON.stringify(sent)}\n`, { flush: true })
}

/** Makes whole what a kill or a full disk left of a deployment's folder: half-written lines go, and what was sent is noted. */
export async function mendDeployment(folder: string, reader: Reader): Promise<void> {
  if (!existsSync(journalIn(folder))) return
  const lines = wholeLines(journalIn(folder))
  const sent = existsSync(logIn(folder)) ? wholeLines(logIn(folder)).map((line) => sentSchema.parse(line)) : []
  const messages = lines.flatMap((line) => messageSchema.safeParse(line).data ?? [])
  const noted = new Set(messages.map(({ transaction }) => transaction?.hash))
  for (const attempt of sent.filter(({ hash }) => !noted.has(hash))) {
    const message = messages.findLast(({ nonce }) => nonce === attempt.nonce)
    if (message === undefined) continue
    // The node may never have heard of it; that it knows it already is no trouble.
    await reader.sendRawTransaction({ serializedTransaction: attempt.raw }).catch(() => {})
    appendFileSync(journalIn(folder), `\n${JSON.stringify(sendMessage(message, attempt))}`, { flush: true })
  }
  const addresses = join(folder, 'deployed_addresses.json')
  if (existsSync(addresses) && parsed(readFileSync(addresses, 'utf8')) === undefined) rmSync(addresses)
}

function sendMessage({ futureId, networkInteractionId, nonce }: Message, { hash, fees }: Sent) {
  const amounts = Object.entries(fees).map(([name, value]) => [name, { _kind: 'bigint', value }])
  const transaction = { fees: Object.fromEntries(amounts), hash }
  return { futureId, networkInteractionId, nonce, transaction, type: 'TRANSACTION_SEND' }
}

/** The lines of a file, which is cut back to those that are whole. */
function wholeLines(path: string): readonly unknown[] {
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
  const values = lines.map(parsed)
  const torn = values.indexOf(undefined)
  if (torn < 0) return values
  writeWhole(
    path,
    lines
      .slice(0, torn)
      .map((line) => `${line}\n`)
      .join(''),
  )
  return values.slice(0, torn)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
