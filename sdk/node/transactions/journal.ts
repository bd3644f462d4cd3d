/**
 * What a sender was about to send, on disk before a node hears of it. A command that was killed at any point finds here what it had
 * signed, and goes on with it instead of sending it again.
 */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { lock } from 'proper-lockfile'
import type { Address, Hex } from 'viem'
import * as z from 'zod'
import { RetryError, StopError } from '../../errors.ts'
import { writeWhole } from '../writeWhole.ts'
import type { Plan } from './plan.ts'

const hex = z.custom<Hex>((value) => typeof value === 'string' && /^0x[0-9a-f]*$/i.test(value), 'must be hexadecimal')

const attemptSchema = z.strictObject({ hash: hex, raw: hex, nonce: z.int().nonnegative() })

const entrySchema = z.strictObject({
  contract: z.string(),
  name: z.string(),
  to: hex,
  data: hex,
  effect: z.string(),
  /** Signed for the same nonce, each for a higher fee than the one before: at most one of them is mined. */
  attempts: z.array(attemptSchema),
  mined: hex.nullable(),
})

const openIntentSchema = z.strictObject({
  version: z.literal(1),
  intent: z.string(),
  startedAt: z.string(),
  transactions: z.array(entrySchema),
})

export type Attempt = z.infer<typeof attemptSchema>
export type JournalEntry = z.infer<typeof entrySchema>
export type OpenIntent = z.infer<typeof openIntentSchema>

/** One sender's journal on one chain. At most one intent is open at a time. */
export interface TransactionJournal {
  readonly path: string
  read(): OpenIntent | undefined
  begin(plan: Plan): OpenIntent
  write(open: OpenIntent): void
  /** Everything was mined, or will never be sent. */
  close(): void
}

export interface HeldJournal extends TransactionJournal {
  release(): Promise<void>
}

/** How old a lock may be whose holder no longer renews it: after that the holder was killed. */
const STALE_MS = 6_000

/** Takes the sender's journal for this process. Another command of the same sender waits a while, and is then refused. */
export async function holdJournal(folder: string, chainId: number, sender: Address): Promise<HeldJournal> {
  const path = join(folder, `${chainId}-${sender.toLowerCase()}.json`)
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  let release: () => Promise<void>
  try {
    release = await lock(path, {
      realpath: false,
      stale: STALE_MS,
      retries: { retries: 20, minTimeout: 500, maxTimeout: 500 },
    })
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ELOCKED')
      throw new RetryError(
        `Another command is sending transactions of ${sender}`,
        { lock: `${path}.lock` },
        'Wait until it is done, and run this one again.',
        cause,
      )
    throw cause
  }
  return { ...journalAt(path), release }
}

function journalAt(path: string): TransactionJournal {
  const write = (open: OpenIntent): void => writeWhole(path, `${JSON.stringify(open, null, 2)}\n`, 0o600)
  return {
    path,
    read: () => readOpen(path),
    begin(plan) {
      const open = opened(plan)
      write(open)
      return open
    },
    write,
    close: () => rmSync(path, { force: true }),
  }
}

/** A journal that ends with its process: for programs that keep a record of their own of what they send. */
export function memoryJournal(): TransactionJournal {
  let kept: OpenIntent | undefined
  const write = (open: OpenIntent | undefined): void => {
    kept = open
  }
  return {
    path: 'memory',
    read: () => kept,
    begin(plan) {
      const open = opened(plan)
      write(open)
      return open
    },
    write,
    close: () => write(undefined),
  }
}

function opened({ intent, transactions }: Plan): OpenIntent {
  return {
    version: 1,
    intent,
    startedAt: new Date().toISOString(),
    transactions: transactions.map(({ call: { contract, name, to, data }, effect }) => ({
      contract,
      name,
      to,
      data,
      effect,
      attempts: [],
      mined: null,
    })),
  }
}

function readOpen(path: string): OpenIntent | undefined {
  if (!existsSync(path)) return undefined
  try {
    return openIntentSchema.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch (cause) {
    throw new StopError(
      `${path} is not a journal of transactions`,
      {},
      'Look at the sender’s newest transactions on chain, then move this file away.',
      cause,
    )
  }
}
