import type { Address, Hex } from 'viem'
import { namesFollowed } from '../../chain/events/contracts.ts'
import type { Fact, FactTable } from '../../chain/events/facts.ts'
import type { Node } from '../../chain/node/node.ts'
import type { Header } from '../../chain/verify/header.ts'
import type { Connection } from '../../sdk/contracts.ts'
import type { Deployment } from '../../sdk/deployment.ts'
import { readFacts } from '../facts.ts'
import { balancesAt, holdingsIn } from './balances.ts'
import { entriesOf, type TimedFact } from './entries.ts'
import type { Books } from './entry.ts'
import type { Holders } from './tokenMoves.ts'

export interface BooksAsked {
  readonly node: Node
  readonly deployment: Deployment
  readonly connection: Connection
  /** The last block of the books. */
  readonly head: Header
  readonly signal: AbortSignal
  readonly progress?: (block: bigint) => void
}

/** Facts that move money, or that such facts refer to. */
const ofMoney: ReadonlySet<FactTable> = new Set<FactTable>([
  'accountOpened',
  'fineTuneEntered',
  'royaltyOwed',
  'operatorSet',
  'unitKept',
  'channelOpened',
  'channelFunded',
  'channelWithdrawn',
  'bookOpened',
  'batchRecorded',
  'channelCharged',
  'recordVoided',
  'feeReturned',
  'givenToBook',
  'unitPaid',
  'bookSettled',
  'royaltyPaid',
  'jointDrawn',
  'rewardClaimed',
  'bondDeposited',
  'bondWithdrawn',
  'bondSlashed',
  'slashedBurnt',
  'appealFiled',
  'transfer',
])

/** A deployment's whole history in double entry, with what its contracts hold in the end. */
export async function readBooks(asked: BooksAsked): Promise<Books> {
  const { node, deployment, connection, head, signal, progress } = asked
  const facts: TimedFact[] = []
  const names = namesFollowed({ transfers: true })
  for await (const read of readFacts({ node, deployment, names, head, signal })) {
    const times = new Map(read.blocks.map(({ number, timestamp }) => [number, timestamp]))
    for (const fact of read.facts)
      if (ofMoney.has(fact.table)) facts.push({ fact, timestamp: times.get(fact.row.block) as bigint })
    progress?.(read.blocks.at(-1)?.number ?? 0n)
  }
  const all = facts.map(({ fact }) => fact)
  const { settlement } = connection.contracts
  const blockNumber = head.number
  const treasury = await connection.reader.readContract({ ...settlement, functionName: 'treasury', blockNumber })
  const holders = await holdersOf(connection, all, blockNumber)
  return {
    deployment: deployment.name,
    chainId: deployment.chainId,
    head,
    entries: [...entriesOf({ holders, treasury }, facts)],
    balances: await balancesAt(connection, holders, holdingsIn(all), blockNumber),
  }
}

/** The contracts that hold OPEN, and the deposit address of every operator that was named for a model. */
async function holdersOf(
  { reader, contracts }: Connection,
  facts: readonly Fact[],
  blockNumber: bigint,
): Promise<Holders> {
  const pairs = new Map<string, readonly [operator: number, model: number]>()
  for (const { table, row } of facts) {
    if (table === 'operatorSet' || table === 'channelOpened')
      pairs.set(`${row.operator} ${row.model}`, [row.operator, row.model])
  }
  const wallets = new Map<Hex, { readonly operator: number; readonly model: number }>()
  for (const args of pairs.values()) {
    const query = { ...contracts.channels, functionName: 'depositAddressOf', args, blockNumber } as const
    wallets.set(lower(await reader.readContract(query)), { operator: args[0], model: args[1] })
  }
  return { earnings: lower(contracts.earnings.address), bonds: lower(contracts.bonds.address), wallets }
}

function lower(address: Address): Hex {
  return address.toLowerCase() as Hex
}
