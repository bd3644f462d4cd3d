import type { Deployment } from '../sdk/deployment.ts'
import { explain, isExplained, type RetryError, type StopError } from '../sdk/errors.ts'
import { blobReader } from './api/blobs.ts'
import { graphqlHandler } from './api/graphql.ts'
import type { SyncState } from './api/health.ts'
import { defaultLimits } from './api/limits.ts'
import { serve } from './api/server.ts'
import { followedOf, journaled } from './decode/contracts.ts'
import type { DatabaseLocation } from './store/database.ts'
import { headOf } from './store/position.ts'
import { openStore } from './store/store.ts'
import { follow } from './sync/follow.ts'
import { identify, identifyAll, mustAgree } from './sync/identity.ts'
import { connectNode } from './sync/node.ts'
import { nodesOf, type Overtaken } from './sync/nodes.ts'
import type { Verification } from './sync/verify/verification.ts'

export interface IndexerOptions {
  readonly deployment: Deployment
  /** Nodes of that chain. Where one fails or says what cannot be, another is asked. */
  readonly rpcUrls: readonly string[]
  readonly database: DatabaseLocation
  /** 0, the default, for any port that is free. */
  readonly port?: number
  readonly host?: string
  /** How much of what nodes say is checked before it is stored; by default all of it. */
  readonly verify?: Verification
  /** How long to wait for a node's answer. */
  readonly rpcTimeoutMs?: number
  /** Where `/blobs/<hash>` finds its files. */
  readonly blobsFolder?: string
  readonly finalityDepth?: number
  readonly pollMs?: number
  /** The most blocks to ask a node for at once. */
  readonly maxRange?: number
  /** Hears of progress; says nothing by default. */
  readonly report?: (news: News) => void
}

export type News =
  | { readonly kind: 'stored'; readonly block: bigint; readonly nodeHead: bigint }
  | { readonly kind: 'undone'; readonly ancestor: bigint; readonly depth: bigint }
  | { readonly kind: 'caughtUp'; readonly block: bigint }
  | { readonly kind: 'troubled'; readonly error: RetryError }
  /** A node is not asked any more; others are. */
  | { readonly kind: 'gaveUpNode'; readonly error: StopError }
  /** A node was left for one that stands higher. */
  | { readonly kind: 'leftNode'; readonly overtaken: Overtaken }
  | { readonly kind: 'failedAnswer'; readonly error: unknown }

export interface Indexer {
  /** The API's address; GraphQL is at `/graphql`. */
  readonly url: string
  /** Resolves with the block at which it first caught up with the node; rejects if it stops before. */
  readonly ready: Promise<bigint>
  /** Resolves after `close`; rejects if the sync stops for good. Meanwhile the API goes on and `/ready` says why. */
  readonly stopped: Promise<void>
  /** However often it is called, everything is closed once. */
  close(): Promise<void>
}

/** Opens the database, begins to follow the chain, and serves the API: in this process, until closed. */
export async function startIndexer(options: IndexerOptions): Promise<Indexer> {
  const { deployment, report = () => {} } = options
  const connections = options.rpcUrls.map((url) => connectNode(url, options.rpcTimeoutMs))
  const identity = await identifyAll(connections, deployment)
  const store = await openStore(options.database, identity)

  let state: SyncState = { kind: 'catchingUp' }
  let nodeHead = (await headOf(store.read))?.number ?? 0n
  const server = await serve({
    host: options.host ?? '127.0.0.1',
    port: options.port ?? 0,
    blobsFolder: options.blobsFolder,
    graphql: graphqlHandler(
      { db: store.read, identity, nodeHead: () => nodeHead, blob: blobReader(options.blobsFolder) },
      defaultLimits,
      (error) => report({ kind: 'failedAnswer', error }),
    ),
    state: () => state,
  }).catch(async (error) => {
    await store.close()
    throw error
  })

  const troubled = (error: RetryError) => {
    state = { kind: 'troubled', reason: explain(error) }
    report({ kind: 'troubled', error })
  }
  const pollMs = options.pollMs ?? 250
  const nodes = nodesOf(connections, {
    admit: async (node) => mustAgree(identity, await identify(node, deployment), node),
    restMs: pollMs,
    failed: troubled,
    givenUp: (error) => report({ kind: 'gaveUpNode', error }),
  })
  const closing = new AbortController()
  const caughtUp = Promise.withResolvers<bigint>()
  const stopped = follow(
    nodes,
    store,
    { deployment, followed: followedOf(deployment, journaled), treasury: identity.treasury },
    {
      verify: options.verify ?? 'receipts',
      finalityDepth: BigInt(options.finalityDepth ?? 64),
      pollMs,
      maxRange: BigInt(options.maxRange ?? 500),
    },
    {
      looked: (block) => {
        nodeHead = block.number
      },
      stored: ({ number }) => report({ kind: 'stored', block: number, nodeHead }),
      undone: (ancestor, depth) => report({ kind: 'undone', ancestor, depth }),
      caughtUp: () => {
        if (state.kind !== 'following') report({ kind: 'caughtUp', block: nodeHead })
        state = { kind: 'following' }
        caughtUp.resolve(nodeHead)
      },
      troubled,
      overtaken: (overtaken) => report({ kind: 'leftNode', overtaken }),
    },
    closing.signal,
  ).catch((error) => {
    state = { kind: 'stopped', reason: isExplained(error) ? explain(error) : 'An unexpected failure' }
    caughtUp.reject(error)
    throw error
  })
  // Whoever waits for neither still hears of it by `/ready`.
  stopped.catch(() => {})
  caughtUp.promise.catch(() => {})

  const shutDown = async () => {
    closing.abort()
    await stopped.catch(() => {})
    await server.close()
    await store.close()
  }
  let closed: Promise<void> | undefined
  return {
    url: server.url,
    ready: caughtUp.promise,
    stopped,
    close: () => {
      closed ??= shutDown()
      return closed
    },
  }
}
