// Every rebuilt value with the contracts' storage after the audited block, by proof against its state root.

import { bytesToHex, type Hex, hexToBytes } from 'viem'
import { keccakBytes } from '../../attribution/keccak.ts'
import { randomSource } from '../../attribution/random.ts'
import type { Node } from '../../chain/node/node.ts'
import { MethodMissing, StateGone } from '../../chain/node/nodeError.ts'
import type { Header } from '../../chain/verify/header.ts'
import type { Deployment } from '../../sdk/deployment.ts'
import { FalseProof, proveStorage } from '../../sdk/storageProof.ts'
import { placeOf } from '../report/finding.ts'
import { count, find, type Tally } from '../report/tally.ts'
import type { AuditedContract, ExpectedSlot } from '../storage/expectedSlot.ts'
import { wordOf } from '../storage/words.ts'
import { askAgain } from './askAgain.ts'

/** Of each contract, this many slots at random. */
export interface Sample {
  readonly slots: number
  readonly seed: number
}

export interface StorageQuery {
  readonly node: Node
  readonly deployment: Deployment
  readonly block: Header
  /** Headers are hashed, so that a proof against one proves something. */
  readonly isProven: boolean
  readonly sample: Sample | undefined
  readonly tally: Tally
  readonly signal: AbortSignal
  readonly progress: (done: number, total: number) => void
}

/** Slots in one question, and questions at once. */
const TOGETHER = 128
const AT_ONCE = 4

/** Gives the fingerprint of all that was rebuilt: the same for everyone who audits the same block. */
export async function checkStorage(query: StorageQuery, slots: Iterable<ExpectedSlot>): Promise<Hex> {
  const { byContract, fingerprint } = gather(slots, query.sample)
  const pages = [...byContract].flatMap(([contract, found]) =>
    Array.from({ length: Math.ceil(found.length / TOGETHER) }, (_, i) => ({
      contract,
      slots: found.slice(i * TOGETHER, (i + 1) * TOGETHER),
    })),
  )
  let done = 0
  const next = pages.values()
  const work = async (): Promise<void> => {
    for (const page of next) {
      query.signal.throwIfAborted()
      await comparePage(query, page.contract, page.slots)
      query.progress(++done, pages.length)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return fingerprint
}

/** What is compared, contract by contract, and the hash of all of it. */
function gather(
  slots: Iterable<ExpectedSlot>,
  sample: Sample | undefined,
): { readonly byContract: ReadonlyMap<AuditedContract, readonly ExpectedSlot[]>; readonly fingerprint: Hex } {
  const byContract = new Map<AuditedContract, ExpectedSlot[]>()
  const seen = new Map<AuditedContract, number>()
  const random = randomSource(sample?.seed ?? 0)
  let hash: Uint8Array = new Uint8Array(32)
  for (const slot of slots) {
    hash = keccakBytes(hash, hexToBytes(slot.slot), hexToBytes(wordOf(slot.word)))
    const kept = byContract.get(slot.contract) ?? []
    byContract.set(slot.contract, kept)
    const before = seen.get(slot.contract) ?? 0
    seen.set(slot.contract, before + 1)
    // Reservoir sampling (Vitter 1985): each slot is as likely to be among the kept ones.
    if (sample === undefined || kept.length < sample.slots) kept.push(slot)
    else {
      const place = random() % (before + 1)
      if (place < sample.slots) kept[place] = slot
    }
  }
  return { byContract, fingerprint: bytesToHex(hash) }
}

async function comparePage(
  query: StorageQuery,
  contract: AuditedContract,
  slots: readonly ExpectedSlot[],
): Promise<void> {
  const address = query.deployment.contracts[contract]
  try {
    const words = await askAgain(
      () => wordsOf(query, contract, slots).catch(falseProof),
      (answer) => answer instanceof FalseProof,
    )
    if (words instanceof FalseProof) throw words
    for (const [i, slot] of slots.entries()) compare(query, slot, BigInt(words[i] as Hex))
  } catch (error) {
    if (!(error instanceof FalseProof)) throw error
    find(query.tally, {
      check: 'storage',
      severity: 'error',
      what: `A proof of the storage of ${contract} does not hold: ${error.message}`,
      place: { block: query.block.number, contract, address, slot: `${error.facts.slot ?? ''}` || undefined },
      found: `${error.facts.told ?? 'a broken proof'}`,
      expected: `${error.facts.proven ?? `a proof against the state root ${query.block.stateRoot}`}`,
      reproduce: `cast proof ${address} ${slots[0]?.slot} --block ${query.block.number} --rpc-url $RPC`,
    })
  }
}

function falseProof(error: unknown): FalseProof {
  if (error instanceof FalseProof) return error
  throw error
}

async function wordsOf(
  { node, deployment, block, isProven, tally }: StorageQuery,
  contract: AuditedContract,
  slots: readonly ExpectedSlot[],
): Promise<readonly Hex[]> {
  const address = deployment.contracts[contract]
  const names = slots.map(({ slot }) => slot)
  const told = () =>
    node.slots(
      names.map((slot) => ({ address, slot })),
      block,
    )
  if (!isProven) return await told()
  try {
    return proveStorage(block.stateRoot, address, names, await node.proof(address, names, block)).values
  } catch (error) {
    if (!(error instanceof MethodMissing || error instanceof StateGone)) throw error
    const words = await told()
    const what = 'storage by proof: it was read by eth_getStorageAt, on the word of the node'
    if (!tally.unchecked.some((one) => one.what === what))
      tally.unchecked.push({ check: 'storage', what, why: error.message, isNeeded: false })
    return words
  }
}

function compare({ deployment, block, tally }: StorageQuery, expected: ExpectedSlot, stored: bigint): void {
  count(tally, 'storage')
  const { contract, slot, word, mask, subject, at } = expected
  const found = mask === undefined ? stored : stored & mask
  const due = mask === undefined ? word : word & mask
  if (found === due) return
  const address = deployment.contracts[contract]
  find(tally, {
    check: 'storage',
    severity: 'error',
    what: 'What a contract holds is not what follows from its events',
    place: {
      ...(at === undefined ? { block: block.number, contract } : placeOf(at, contract)),
      subject,
      address,
      slot,
    },
    found: wordOf(found),
    expected: wordOf(due),
    reproduce: `cast storage ${address} ${slot} --block ${block.number} --rpc-url $RPC`,
  })
}
