import type { BlockSource } from '../../chain/blocks/blockSource.ts'
import type { Piece } from '../../chain/blocks/fetchStretch.ts'
import type { Position } from '../../chain/blocks/position.ts'
import type { NodePrefetch } from '../../chain/blocks/sourceState.ts'
import { type Contradiction, mayPass } from '../../chain/contradiction.ts'
import { type ContractName, type Followed, followedOf, type Sources } from '../../chain/events/contracts.ts'
import { decodeLogs } from '../../chain/events/decode.ts'
import type { Node } from '../../chain/node/node.ts'
import type { Nodes } from '../../chain/node/nodes.ts'
import { appendLateFacts } from '../store/appendLateFacts.ts'
import { blocksBetween } from '../store/position.ts'
import type { Store } from '../store/store.ts'
import type { Listener } from './listener.ts'

/**
 * Stores the history of contracts that are followed late, stretch by stretch, while the others
 * follow the head.
 */
export interface LateContracts {
  /** Stores the next stretch of the first contract below the head; undefined where none is. */
  further(node: Node, from: Position): Promise<Position | undefined>
  discard(): void
}

interface LateContract {
  readonly name: ContractName
  readonly followed: Followed
  /** The first block of its next stretch. */
  readonly next: bigint
  readonly pieces: NodePrefetch
}

export function lateContracts(
  store: Store,
  sources: Sources,
  source: BlockSource,
  nodes: Nodes,
  listener: Pick<Listener, 'lateContract'>,
): LateContracts {
  const { deployment } = sources
  const startBlock = BigInt(deployment.startBlock)
  let current: LateContract | undefined

  const discard = (): void => {
    current?.pieces.end()
    current = undefined
  }

  const contractBelow = (node: Node, { head, cursors }: Position): LateContract | undefined => {
    if (head === undefined) return undefined
    for (const { name } of sources.followed.contracts) {
      const next = (cursors.get(name) ?? startBlock - 1n) + 1n
      if (next > head.number) continue
      if (current?.name === name && current.next === next && current.pieces.node === node) return current
      discard()
      const followed = followedOf(deployment, [name])
      return { name, followed, next, pieces: source.fetchOf(node, followed, next, head.number) }
    }
    return undefined
  }

  /** The first block of a piece that is not the stored one. */
  const strangeBlock = async ({ blocks }: Piece): Promise<Contradiction | undefined> => {
    const [first, last] = [blocks[0]?.number ?? 0n, blocks.at(-1)?.number ?? 0n]
    const stored = new Map((await blocksBetween(store.write, first, last)).map(({ number, hash }) => [number, hash]))
    const strange = blocks.find(({ number, hash }) => stored.get(number) !== hash)
    if (strange === undefined) return undefined
    const { number: block, hash } = strange
    return mayPass({
      what: 'A block is not the one that is stored',
      facts: { block, hash, stored: stored.get(block) ?? 'none' },
    })
  }

  const append = async (contract: LateContract, piece: Piece, from: Position): Promise<Position> => {
    const { name, followed, next } = contract
    const last = piece.blocks.at(-1)
    if (last === undefined || from.head === undefined) throw new Error('The stretch has no block')
    const { facts } = decodeLogs(followed, from.terms, piece.logs)
    await appendLateFacts(store, { contract: name, first: next, last, facts })
    current = { ...contract, next: last.number + 1n }
    listener.lateContract?.(name, last.number, from.head.number)
    return { ...from, cursors: new Map([...from.cursors, [name, last.number]]) }
  }

  return {
    further: async (node, from) => {
      current = contractBelow(node, from)
      if (current === undefined) return undefined
      let piece: Awaited<ReturnType<NodePrefetch['next']>>
      try {
        piece = await current.pieces.next()
      } catch (error) {
        const asked = current.pieces.asked()
        discard()
        source.failed(node, 'lateContract', error, asked)
        return from
      }
      if (piece === undefined) {
        // Its range ends below the head, which has moved on since.
        discard()
        return from
      }
      const lie = piece.kind === 'unsettled' ? piece.contradiction : await strangeBlock(piece)
      if (lie === undefined && piece.kind === 'piece') {
        nodes.succeeded(node, 'lateContract')
        return await append(current, piece, from)
      }
      discard()
      if (lie !== undefined) nodes.contradicted(node, 'lateContract', lie)
      return from
    },
    discard,
  }
}
