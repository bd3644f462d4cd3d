import type { AheadOf, Lookout } from '../../chain/blocks/blockSource.ts'
import type { Fetched } from '../../chain/blocks/fetchStretch.ts'
import type { Position } from '../../chain/blocks/position.ts'
import type { Contradiction } from '../../chain/contradiction.ts'
import { type ContractName, type Followed, followedOf, type Sources } from '../../chain/events/contracts.ts'
import { decodeLogs } from '../../chain/events/decode.ts'
import type { Node } from '../../chain/node/node.ts'
import type { Nodes } from '../../chain/node/nodes.ts'
import { appendFollowed } from '../store/appendFollowed.ts'
import { blocksBetween } from '../store/position.ts'
import type { Store } from '../store/store.ts'
import type { Listener } from './listener.ts'

/** Brings contracts that are followed anew up to where all others stand, a stretch at a time, while those go on. */
export interface CatchingUp {
  /** Stores a stretch more of the first contract that stands below the head; undefined where none does. */
  further(node: Node, from: Position): Promise<Position | undefined>
  forget(): void
}

interface Contract {
  readonly name: ContractName
  readonly followed: Followed
  /** The block that its next stretch begins with. */
  readonly next: bigint
  readonly pieces: AheadOf
}

export function catchingUp(
  store: Store,
  sources: Sources,
  lookout: Lookout,
  nodes: Nodes,
  listener: Pick<Listener, 'catchesUp'>,
): CatchingUp {
  const { deployment } = sources
  const startBlock = BigInt(deployment.startBlock)
  let current: Contract | undefined

  const forget = (): void => {
    current?.pieces.end()
    current = undefined
  }

  const contractBelow = (node: Node, { head, cursors }: Position): Contract | undefined => {
    if (head === undefined) return undefined
    for (const { name } of sources.followed.contracts) {
      const next = (cursors.get(name) ?? startBlock - 1n) + 1n
      if (next > head.number) continue
      if (current?.name === name && current.next === next && current.pieces.node === node) return current
      forget()
      const followed = followedOf(deployment, [name])
      return { name, followed, next, pieces: lookout.lookBack(node, followed, next, head.number) }
    }
    return undefined
  }

  /** What is wrong with blocks that were fetched for the sake of one contract: they must be those that are stored. */
  const strangeBlock = async ({ blocks }: Fetched): Promise<Contradiction | undefined> => {
    const [first, last] = [blocks[0]?.number ?? 0n, blocks.at(-1)?.number ?? 0n]
    const stored = new Map((await blocksBetween(store.write, first, last)).map(({ number, hash }) => [number, hash]))
    const strange = blocks.find(({ number, hash }) => stored.get(number) !== hash)
    if (strange === undefined) return undefined
    const { number: block, hash } = strange
    return {
      what: 'A block is not the one that is stored',
      facts: { block, hash, stored: stored.get(block) ?? 'none' },
    }
  }

  const append = async (contract: Contract, piece: Fetched, from: Position): Promise<Position> => {
    const { name, followed, next } = contract
    const last = piece.blocks.at(-1)
    if (last === undefined || from.head === undefined) throw new Error('A stretch without a block')
    const { facts } = decodeLogs(followed, from.terms, piece.logs)
    await appendFollowed(store, { contract: name, first: next, last, facts })
    current = { ...contract, next: last.number + 1n }
    listener.catchesUp?.(name, last.number, from.head.number)
    return { ...from, cursors: new Map([...from.cursors, [name, last.number]]) }
  }

  return {
    further: async (node, from) => {
      current = contractBelow(node, from)
      if (current === undefined) return undefined
      let piece: Awaited<ReturnType<AheadOf['next']>>
      try {
        piece = await current.pieces.next()
      } catch (error) {
        const asked = current.pieces.asked()
        forget()
        lookout.failed(node, 'catchingUp', error, asked)
        return from
      }
      if (piece === undefined) {
        // Its blocks have come to an end below the head, which has moved on meanwhile.
        forget()
        return from
      }
      const lie = piece.kind === 'unsettled' ? piece.contradiction : await strangeBlock(piece)
      if (lie === undefined && piece.kind === 'fetched') {
        nodes.didWell(node, 'catchingUp')
        return await append(current, piece, from)
      }
      forget()
      if (lie !== undefined) nodes.contradicted(node, 'catchingUp', lie)
      return from
    },
    forget,
  }
}
