import { keccakBytes } from '../../attribution/keccak.ts'
import { journaled } from '../../chain/events/contracts.ts'
import { connectNode } from '../../chain/node/node.ts'
import { falseReceipts } from '../../chain/verify/falseReceipts.ts'
import { checkHeaders, type Header } from '../../chain/verify/header.ts'
import { type Receipt, writeReceipt } from '../../chain/verify/receipt.ts'
import type { Deployment } from '../../sdk/deployment.ts'
import { JOURNAL_SLOT } from '../../sdk/journal.ts'
import { createRlpWriter } from '../../sdk/rlp.ts'
import { proveStorage } from '../../sdk/storageProof.ts'

/** What a check costs this process, in microseconds of CPU. */
export interface Check {
  readonly name: string
  readonly each: string
  readonly micros: number
}

const AT_LEAST_MS = 400
const ROUNDS = 5

/** Each check by itself, over blocks and proofs that were fetched before. */
export async function timeChecks(rpcUrl: string, { contracts }: Deployment, blocks: bigint): Promise<readonly Check[]> {
  const node = connectNode(rpcUrl)
  const head = await node.latest()
  const headers = await node.blocks(head.number - blocks + 1n, head.number)
  const told = await Promise.all(
    headers.map(async (header) => ({ header, receipts: (await node.receipts(header)) ?? [] })),
  )
  const receipts = told.flatMap((block) => block.receipts)
  const addresses = journaled.map((name) => contracts[name])
  const proofs = await Promise.all(addresses.map((address) => node.proof(address, [JOURNAL_SLOT], head)))
  const leaves = receipts.map(bytesOf)

  const sound = (what: unknown) => {
    if (what !== undefined) throw new Error('An honest node was found to lie')
  }
  return [
    timed('hash a header', 'header', headers.length, () => sound(checkHeaders('receipts', headers))),
    timed('prove receipts', 'receipt', receipts.length, () => {
      for (const { header, receipts } of told) sound(falseReceipts(header, receipts))
    }),
    timed('of which keccak', 'receipt', receipts.length, () => {
      for (const leaf of leaves) keccakBytes(leaf)
    }),
    timed('prove all journals', 'checkpoint', 1, () => {
      for (const [i, proof] of proofs.entries()) {
        proveStorage((head as Header).stateRoot, addresses[i] ?? '0x', [JOURNAL_SLOT], proof)
      }
    }),
  ]
}

/** The best of some rounds: others use this machine as well. */
function timed(name: string, each: string, count: number, act: () => void): Check {
  let micros = Number.POSITIVE_INFINITY
  for (let round = 0; round < ROUNDS; round++) {
    let acts = 0
    const before = process.cpuUsage()
    const end = performance.now() + AT_LEAST_MS
    for (; performance.now() < end; acts++) act()
    const { user, system } = process.cpuUsage(before)
    micros = Math.min(micros, (user + system) / acts / count)
  }
  return { name, each, micros }
}

const rlp = createRlpWriter()

function bytesOf(receipt: Receipt): Uint8Array {
  rlp.forget(0)
  writeReceipt(rlp, receipt)
  return rlp.since(0).slice()
}
