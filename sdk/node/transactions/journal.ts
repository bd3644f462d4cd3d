/**
 * What a sender was about to send, on disk before a node hears of it. A command that was killed at any point finds here what it had
 * signed, and goes on with it instead of sending it again.
 */
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Address, Hex } from 'viem'
import * as z from 'zod'
import { RetryError, StopError } from '../../errors.ts'
import { makeFolder } from '../makeFolder.ts'
import { writeWhole } from '../writeWhole.ts'
import { type Holder, holderAt, lockFor } from './holder.ts'
import type { Plan } from './plan.ts'

const hex = z.custom<Hex>((value) => typeof value === 'string' && /^0x[0-9a-f]*$/i.test(value), 'must be hexadecimal')

const attemptSchema = z.strictObject({ hash: hex, raw: hex, nonce: z.int().nonnegative() })

const entrySchema = z.strictObject({
  contract: z.string(),
  name: z.string(),
  to: hex,
  data: hex,
  effect: z.string(),
  afterBlocks: z.int().nonnegative().default(0),
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
  /** Says that the holder is about to do this too. */
  serve(intent: string): void
  release(): Promise<void>
}

/** What is asked for, and since when: by this the same command, started twice at once, is distinguished from one that is typed again. */
export interface Asker {
  readonly intent: string
  readonly startedAtMs: number
}

/** Takes the sender's journal for this process. Another command of the same sender waits a while, and is then refused. */
export async function holdJournal(
  folder: string,
  chainId: number,
  sender: Address,
  asker?: Asker,
): Promise<HeldJournal> {
  const path = join(folder, `${chainId}-${sender.toLowerCase()}.json`)
  makeFolder(dirname(path), 0o700)
  const holder = holderAt(path.replace(/json$/, 'holder'))
  let lost: Error | undefined
  const onLost = (error: Error): void => {
    lost = error
  }
  const release = await take(path, sender, holder, onLost, asker)
  const journal = journalAt(path)
  try {
    // Started at the same time, and already carried out: what it left open is gone on with, what it finished is not done again.
    if (asker && journal.read() === undefined && holder.hasServed(asker)) throw sameTwice(asker)
    if (asker) holder.serve(asker.intent)
  } catch (error) {
    await release()
    throw error
  }
  return {
    ...journal,
    write(open) {
      if (lost !== undefined) throw new RetryError(`${path} was taken by another command`, {}, RUN_AGAIN, lost)
      journal.write(open)
    },
    serve: holder.serve,
    release: async () => {
      if (lost === undefined) await release()
    },
  }
}

const RUN_AGAIN = 'Run the same command again: it goes on with what is there.'

async function take(
  path: string,
  sender: Address,
  holder: Holder,
  onLost: (error: Error) => void,
  asker: Asker | undefined,
): Promise<() => Promise<void>> {
  const requireOther = (): void => {
    if (asker && !holder.isGone() && holder.isServing(asker.intent)) throw sameTwice(asker)
  }
  const release = await lockFor(path, holder, onLost, requireOther)
  if (release !== undefined) return release
  throw new RetryError(
    `Another command is sending transactions of ${sender}`,
    { lock: `${path}.lock` },
    'Wait until it is done, and run this one again.',
  )
}

function sameTwice({ intent }: Asker): RetryError {
  return new RetryError(
    `The same command was started twice at once (${intent}), and the other one carries it out`,
    {},
    'This one sent nothing. Run it again if you mean it to happen a second time.',
  )
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
    transactions: transactions.map(({ call: { contract, name, to, data }, effect, afterBlocks = 0 }) => ({
      contract,
      name,
      to,
      data,
      effect,
      afterBlocks,
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
