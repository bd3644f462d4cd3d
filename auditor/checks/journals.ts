import { type JournaledName, journaled } from '../../chain/events/contracts.ts'
import type { Journals } from '../../chain/events/journals.ts'
import type { Node } from '../../chain/node/node.ts'
import { StateGone } from '../../chain/node/nodeError.ts'
import type { Header } from '../../chain/verify/header.ts'
import type { Verification } from '../../chain/verify/verification.ts'
import { readJournals } from '../../chain/verify/verifyJournals.ts'
import type { Deployment } from '../../sdk/deployment.ts'
import { JOURNAL_SLOT, journalOf } from '../../sdk/journal.ts'
import { firstDifference, type JournalTrail } from '../history/journalTrail.ts'
import { count, find, type Tally } from '../report/tally.ts'
import { askAgain } from './askAgain.ts'

export interface JournalsQuery {
  readonly node: Node
  readonly deployment: Deployment
  readonly block: Header
  readonly verify: Verification
  readonly journals: Journals
  readonly trail: JournalTrail
  readonly tally: Tally
}

/** Compares every contract's journal with storage. Where one differs, finds out since which block. */
export async function checkJournals(query: JournalsQuery): Promise<void> {
  const { node, deployment, block, verify, journals, tally } = query
  const stored = await askAgain(
    () => readJournals(node, deployment, block, verify),
    ({ kind }) => kind === 'unsettled',
  )
  if (stored.kind === 'unsettled') {
    const { what, facts } = stored.contradiction
    const address = `${facts.contract ?? ''}`
    const contract = journaled.find((name) => deployment.contracts[name].toLowerCase() === address.toLowerCase())
    find(tally, {
      check: 'journals',
      severity: 'error',
      what,
      place: { block: block.number, contract, address, slot: JOURNAL_SLOT },
      found: `${facts.told ?? 'a broken proof'}`,
      expected: `${facts.proven ?? 'a proof against the state root of the block'}`,
      reproduce: `cast proof ${address} ${JOURNAL_SLOT} --block ${block.number} --rpc-url $RPC`,
    })
    return
  }
  if (stored.by === 'storage') {
    const what = 'journals by proof: they were read by eth_getStorageAt, on the word of the node'
    tally.unchecked.push({ check: 'journals', what, why: 'the node proves no storage of this block', isNeeded: false })
  }
  for (const [i, contract] of journaled.entries()) {
    count(tally, 'journals')
    const onChain = stored.slots[i]
    if (onChain !== undefined && onChain !== journals[contract]) await differs(query, contract, onChain)
  }
}

async function differs(query: JournalsQuery, contract: JournaledName, onChain: `0x${string}`): Promise<void> {
  const { deployment, block, journals, tally } = query
  const address = deployment.contracts[contract]
  const [expected, found] = [journalOf(onChain), journalOf(journals[contract])]
  const since = await whereSince(query, contract)
  find(tally, {
    check: 'journals',
    severity: 'error',
    what: `The events of ${contract} are not those that it journaled: one was dropped, invented, moved or altered`,
    place: { block: since ?? block.number, contract, address, slot: JOURNAL_SLOT },
    found: `${found.count} events, head ${found.head}`,
    expected: `${expected.count} events, head ${expected.head}`,
    reproduce: `cast storage ${address} ${JOURNAL_SLOT} --block ${block.number} --rpc-url $RPC`,
  })
}

/** The first block after which it differs; undefined where the node no longer has the states in between. */
async function whereSince(
  { node, deployment, block, trail }: JournalsQuery,
  contract: JournaledName,
): Promise<bigint | undefined> {
  const address = deployment.contracts[contract]
  const storedAt = async (number: bigint) => {
    const [header] = number === block.number ? [block] : await node.blocks(number, number)
    const [word] = await node.slots([{ address, slot: JOURNAL_SLOT }], header as Header)
    return word as `0x${string}`
  }
  try {
    const range = { from: BigInt(deployment.startBlock), to: block.number }
    return await firstDifference(trail.get(contract) ?? [], range, storedAt)
  } catch (error) {
    if (error instanceof StateGone) return undefined
    throw error
  }
}
