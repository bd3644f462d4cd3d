import { setTimeout as sleep } from 'node:timers/promises'
import { chainOf } from '../chain/chains.ts'
import { namesFollowed } from '../chain/events/contracts.ts'
import { identifyAll } from '../chain/node/identity.ts'
import { connectNode } from '../chain/node/node.ts'
import { mustAllow } from '../chain/verify/unknownChain.ts'
import type { IndexerEvent } from './events.ts'
import { type ServeOptions, serve } from './roles/serve.ts'
import { lockedRole, openStandingBy } from './roles/standBy.ts'
import { type WriteOptions, type Writing, writeHistory } from './roles/writeHistory.ts'
import { type DatabaseLocation, openDatabase } from './store/database.ts'
import { historyOf, schemaOf } from './store/history.ts'
import { openStore } from './store/store.ts'

export interface IndexerOptions extends Omit<WriteOptions, 'metrics'>, ServeOptions {
  /** Nodes of the deployment's chain. If one fails or contradicts itself, another is asked. */
  readonly rpcUrls: readonly string[]
  readonly database: DatabaseLocation
  /** The database's schema that readers see; by default named after the deployment. */
  readonly schema?: string | undefined
  /** The history's version. Each version is filled beside the others. */
  readonly historyVersion?: number
  /** The timeout of a node's answer. */
  readonly rpcTimeoutMs?: number
  /** The most calls a second to each node; without, the pace is found. */
  readonly rpcRate?: number | undefined
  /** Receives every event. */
  readonly report?: (event: IndexerEvent) => void
  /** Cancels, even while it waits for the database's folder. */
  readonly signal?: AbortSignal
}

export interface Indexer {
  /** The API's address; GraphQL is at `/graphql`. */
  readonly url: string
  /**
   * Resolves with the block at which it first caught up with the node; rejects if it stops earlier.
   */
  readonly ready: Promise<bigint>
  /**
   * Resolves after `close`; rejects if the sync stops for good. The API keeps serving then, and
   * `/ready` says why.
   */
  readonly stopped: Promise<void>
  /** Closes everything once, however often it is called. */
  close(): Promise<void>
}

/** Open work may end within this time; then it is cut off, and the database rolls it back. */
const END_WITHIN_MS = 2_000

/**
 * Opens the database, follows the chain and serves the API until closed, in this process or, with
 * `readers`, from processes of their own. While another process writes the same history, it serves
 * and waits to take over; with an embedded database, which cannot be shared, it only waits.
 */
export async function startIndexer(options: IndexerOptions): Promise<Indexer> {
  const { deployment, metrics } = options
  const closing = new AbortController()
  const signal = options.signal === undefined ? closing.signal : AbortSignal.any([options.signal, closing.signal])
  const caughtUp = Promise.withResolvers<bigint>()
  const report = (event: IndexerEvent) => {
    if (event.kind === 'caughtUp') caughtUp.resolve(event.block)
    metrics?.handle(event)
    options.report?.(event)
  }

  const { chainId } = deployment
  mustAllow(chainOf(chainId), options.verify ?? 'receipts')
  const rpcNodes = options.rpcUrls.map((url) =>
    connectNode(url, {
      timeoutMs: options.rpcTimeoutMs,
      perSecond: options.rpcRate,
      meter: metrics?.meter,
      clock: options.clock,
      chainId,
      notOffered: (what) => report({ kind: 'notOffered', what }),
    }),
  )
  const identity = await identifyAll(rpcNodes, deployment, namesFollowed({ transfers: options.transfers ?? false }))
  const schema = options.schema ?? schemaOf(deployment.name)
  const role = lockedRole(signal, report)
  const connections = await openDatabase(options.database, role.lockWait)
  const storeOptions = { schema, version: options.historyVersion, lockWait: role.lockWait }
  const store = openStandingBy(() => openStore(connections, identity, storeOptions), role, report, signal)
  let writing: Writing | undefined
  const server = await Promise.race([store, role.standsBy])
    .then(() => {
      const status = () => (role.now() === 'writer' ? writing?.leading.status() : undefined)
      const own = { schema: historyOf(identity, options.historyVersion).schema, status }
      return serve(options, { connections, schema, own, role: role.now, chain: deployment.name }, report)
    })
    .catch(async (error) => {
      closing.abort()
      await connections.close()
      throw error
    })

  const write = async () => {
    try {
      const opened = await store
      role.begins()
      writing = writeHistory(options, rpcNodes, identity, opened, report, signal)
      await writing.stopped
    } catch (error) {
      if (signal.aborted) return
      caughtUp.reject(error)
      throw error
    }
  }
  const stopped = write()
  // Without a listener, `/ready` still reports the failure.
  stopped.catch(() => {})
  caughtUp.promise.catch(() => {})

  const shutDown = async () => {
    closing.abort()
    await Promise.race([stopped.catch(() => {}), sleep(END_WITHIN_MS, undefined, { ref: false })])
    await server.close()
    await connections.close()
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
