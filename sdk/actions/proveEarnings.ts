import type { Hex } from 'viem'
import { getCode, getProof } from 'viem/actions'
import { sumBytes } from '../batch.ts'
import type { BookKey } from '../book.ts'
import { earningsIn, earningsSlot } from '../ledgerStorage.ts'
import { openBook } from '../openBook.ts'
import { openModel } from '../openModel.ts'
import { recordDims } from '../predictPay.ts'
import { proofSource } from '../provenModel.ts'
import { type ProvenPay, provePay, type ShownBatch } from '../provenPay.ts'
import { proveStorage } from '../storageProof.ts'
import type { OnDeployment, ReadingClient } from './client.ts'
import { readingOf } from './reading.ts'
import { trustBlock } from './trustBlock.ts'

export interface ProveEarningsArgs extends OnDeployment {
  /** Of a block that you trust: from a light client, several nodes, or a checkpoint. Nothing else is believed. */
  readonly blockHash: Hex
  readonly account: number
  /** Books to prove the account's part of as well, such as those that `getEarnings` calls pending. */
  readonly books?: readonly BookToProve[] | undefined
}

export interface BookToProve {
  readonly book: BookKey
  /** All of its batches from an indexer; without them they are looked up in the node's logs. */
  readonly batches?: readonly ShownBatch[] | undefined
}

/** What was earned when the trusted block was made. */
export interface ProvenEarnings {
  readonly earnedGwei: bigint
  readonly claimedGwei: bigint
  readonly books: readonly ProvenBook[]
}

export interface ProvenBook extends Pick<ProvenPay, 'isSettled' | 'windowEnd'> {
  readonly book: BookKey
  /** The account's part as contributor, joint units included, and as operator: paid, or to be paid as the book stood. */
  readonly gwei: bigint
  /** What every unit is paid, and all else that was proven. */
  readonly pay: ProvenPay
}

/**
 * Proves what an account earned and claimed, and its part of books, from the hash of one block that you trust. Neither node
 * nor indexer is believed: it throws where anything does not lead to the next. The parts of a model's owner and of its
 * ancestors are in `earnedGwei` once a book is settled, and are not worked out before.
 *
 * @example
 * const { earnedGwei, claimedGwei, books } = await proveEarnings(client, { deployment, blockHash, account: 7, books: [{ book }] })
 */
export async function proveEarnings(
  client: ReadingClient,
  { deployment, blockHash, account, books = [] }: ProveEarningsArgs,
): Promise<ProvenEarnings> {
  const block = await trustBlock(client, blockHash)
  const source = proofSource(
    { getProof: (args) => getProof(client, args), getCode: (args) => getCode(client, args) },
    block,
  )
  const { earnings } = deployment.contracts
  const slots = [earningsSlot(account)]
  const [word] = proveStorage(block.stateRoot, earnings, slots, await source.proof(earnings, slots)).values
  const proven: ProvenBook[] = []
  for (const { book, batches } of books) {
    const shown = batches ?? (await lookUp(client, { deployment, book }, block.number))
    const pay = await provePay(block, source, deployment.contracts, book, shown)
    const { isSettled, windowEnd } = pay
    proven.push({ book, gwei: partOf(pay, account, book), isSettled, windowEnd, pay })
  }
  return { ...earningsIn(word as Hex), books: proven }
}

function partOf({ model, units, operator }: ProvenPay, account: number, book: BookKey): bigint {
  const contributed = units.map((gwei, unit) => {
    const { payee, kept: unitKept } = model.units[unit] ?? { payee: 0, kept: 0 }
    if (payee !== 0) return payee === account ? gwei : 0n
    // Members draw by what they kept, each rounded down.
    const own = (model.members.get(unit) ?? []).filter((member) => member.account === account)
    return own.reduce((sum, { kept }) => sum + (gwei * BigInt(kept)) / BigInt(unitKept), 0n)
  })
  return contributed.reduce((sum, gwei) => sum + gwei, book.operator === account ? operator : 0n)
}

async function lookUp(
  client: ReadingClient,
  { deployment, book }: OnDeployment & Pick<BookToProve, 'book'>,
  blockNumber: bigint,
): Promise<readonly ShownBatch[]> {
  const reading = readingOf(client, deployment, blockNumber)
  const { terms } = await openModel(reading, book.model)
  const { batches } = await openBook(reading, book, recordDims(terms))
  return batches.map((batch) => ({ header: batch.header, sum: sumBytes(batch) }))
}
