import { globSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { chainOf } from '../../chain/chains.ts'
import { headerOf, receiptsOrNone } from '../../chain/node/answers.ts'
import type { Header } from '../../chain/verify/header.ts'
import type { Receipt } from '../../chain/verify/receipt.ts'

/** A real block, as a node gave it: test/fixtures/chains. */
export interface ChainFixture {
  readonly file: string
  readonly chainId: number
  /** As answered, but for transactions in full, of which nothing but their hashes is asked for. */
  readonly block: Readonly<Record<string, unknown>>
  readonly header: Header
  readonly receiptsTold: readonly Readonly<Record<string, unknown>>[] | null
  readonly receipts: readonly Receipt[] | undefined
}

export function chainFixtures(): readonly ChainFixture[] {
  return globSync('test/fixtures/chains/*.json')
    .toSorted()
    .map((path) => fixtureOf(basename(path, '.json')))
}

export function fixtureOf(file: string): ChainFixture {
  const { chainId, block: told, receipts } = JSON.parse(readFileSync(`test/fixtures/chains/${file}.json`, 'utf8'))
  const transactions = (
    told.transactions ??
    receipts?.map(({ transactionHash }: { transactionHash: string }) => transactionHash) ??
    []
  ).map((one: string | { hash: string }) => (typeof one === 'string' ? one : one.hash))
  const block = { ...told, transactions }
  // Some sources leave out which block a receipt is of.
  const receiptsTold =
    receipts?.map((one: object) => ({ ...one, blockHash: 'blockHash' in one ? one.blockHash : told.hash })) ?? null
  const header = headerOf(block, chainOf(chainId))
  return { file, chainId, block, header, receiptsTold, receipts: receiptsOrNone(receiptsTold) }
}
