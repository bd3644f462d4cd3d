import { RetryError, StopError } from '../../sdk/errors.ts'
import { backoffMs, pause } from '../backoff.ts'
import type { Contradiction } from '../contradiction.ts'
import { FalseAnswer, NodeContradictsItself } from '../contradiction.ts'
import type { Header } from '../verify/header.ts'
import type { Node } from './node.ts'
import { Malformed, NodeBusy } from './nodeError.ts'

/** What a node is asked about. Good answers about one do not excuse false ones about another. */
export type Subject = 'blocks' | 'storage' | 'lateContract'

/** The nodes, and the health of each. */
export interface Nodes {
  readonly count: number
  /**
   * The node to ask: the current one while it is healthy, else the best of the others. Waits while
   * all are paused.
   */
  next(signal: AbortSignal): Promise<Node | undefined>
  succeeded(node: Node, about: Subject): void
  /**
   * A node's request failed. A transient failure pauses the node, each time longer, or as long as
   * it asked for. A permanent one disables it; if it was the last, this throws. An error that is
   * not a node's is thrown too.
   */
  failed(node: Node, about: Subject, error: unknown): void
  /** A node contradicted itself: it is paused, and disabled after the fifth time in a row. */
  contradicted(node: Node, about: Subject, contradiction: Contradiction): void
  /** A node lags: others are asked for a moment. */
  lags(node: Node): void
  /** Switches to a node whose head is above `head`, if there is one, and gives both. */
  switchToHigher(head: () => bigint): Promise<Overtaken | undefined>
}

export interface Overtaken {
  readonly node: string
  readonly head: bigint
  readonly by: string
  readonly headThere: bigint
}

export interface NodesOptions {
  /** Checks that a node is on our chain, before its first request. */
  readonly admit: (node: Node) => Promise<void>
  /** The pause of a node that lags or contradicted itself. */
  readonly pauseMs: number
  readonly disabled: (error: StopError, node: string) => void
  /**
   * A node failed or contradicted itself. `isAside`: another node is current, so that nothing waits
   * for it.
   */
  readonly failed: (error: RetryError, node: string, isAside: boolean) => void
}

interface Health {
  readonly node: Node
  isAdmitted: boolean
  failures: number
  /** Contradictions in a row. */
  readonly contradictions: Map<Subject, number>
  pausedUntil: number
  isDisabled: boolean
}

/** After this many contradictions in a row, the node is at fault and not the timing. */
const MOST_CONTRADICTIONS = 5

export function nodesOf(nodes: readonly Node[], options: NodesOptions): Nodes {
  const healths = nodes.map(
    (node): Health => ({
      node,
      isAdmitted: false,
      failures: 0,
      contradictions: new Map(),
      pausedUntil: 0,
      isDisabled: false,
    }),
  )
  let current: Health | undefined
  let lastError: StopError | undefined

  const healthOf = (node: Node): Health => healths.find((one) => one.node === node) as Health
  const usable = () => healths.filter(({ isDisabled }) => !isDisabled)

  const pauseNode = (health: Health, ms: number): void => {
    health.pausedUntil = Date.now() + ms
    if (current === health) current = undefined
  }

  /** Throws if it was the last node. */
  const disable = (health: Health, error: StopError): void => {
    health.isDisabled = true
    lastError = error
    if (usable().length === 0) throw error
    options.disabled(error, health.node.name)
  }

  const countContradiction = (health: Health, about: Subject, contradiction: Contradiction): void => {
    const times = (health.contradictions.get(about) ?? 0) + 1
    health.contradictions.set(about, times)
    if (times < MOST_CONTRADICTIONS) pauseNode(health, options.pauseMs)
    else disable(health, new NodeContradictsItself(health.node.name, contradiction))
  }

  const choose = (): Health | undefined => {
    const now = Date.now()
    if (current !== undefined && !current.isDisabled && current.pausedUntil <= now) return current
    const [best] = usable()
      .filter(({ pausedUntil }) => pausedUntil <= now)
      .toSorted((a, b) => contradictionsOf(a) - contradictionsOf(b) || a.failures - b.failures)
    current = best
    return best
  }

  const self: Nodes = {
    count: nodes.length,

    next: async (signal) => {
      while (!signal.aborted) {
        // The last node may have been disabled by a background request.
        if (usable().length === 0 && lastError !== undefined) throw lastError
        const health = choose()
        if (health === undefined) {
          const earliest = Math.min(...usable().map(({ pausedUntil }) => pausedUntil))
          await pause(Math.max(1, earliest - Date.now()), signal)
        } else if (health.isAdmitted || (await admit(health))) return health.node
      }
      return undefined
    },

    succeeded: (node, about) => {
      const health = healthOf(node)
      health.failures = 0
      health.contradictions.delete(about)
    },

    failed: (node, about, error) => {
      const health = healthOf(node)
      if (error instanceof StopError) return disable(health, error)
      if (!(error instanceof RetryError)) throw error
      options.failed(error, node.name, current !== undefined && current !== health)
      // No transport fault makes an answer malformed.
      if (error instanceof Malformed) {
        const what = 'An answer is malformed'
        return countContradiction(health, about, { what, facts: error.facts })
      }
      health.failures += 1
      const wanted = error instanceof NodeBusy ? (error.retryAfterMs ?? 0) : 0
      pauseNode(health, Math.max(wanted, backoffMs(health.failures)))
    },

    contradicted: (node, about, contradiction) => {
      options.failed(new FalseAnswer(node.name, contradiction), node.name, false)
      countContradiction(healthOf(node), about, contradiction)
    },

    lags: (node) => pauseNode(healthOf(node), options.pauseMs),

    switchToHigher: async (headNow) => {
      const others = usable().filter((health) => health !== current && health.pausedUntil <= Date.now())
      for (const other of others) {
        const there = other.isAdmitted || (await admit(other)) ? await headOf(other) : undefined
        const head = headNow()
        if (there === undefined || there.number <= head || other.isDisabled) continue
        const node = current?.node.name ?? ''
        current = other
        return { node, head, by: other.node.name, headThere: there.number }
      }
      return undefined
    },
  }

  const admit = async (health: Health): Promise<boolean> => {
    try {
      await options.admit(health.node)
      health.isAdmitted = true
    } catch (error) {
      self.failed(health.node, 'blocks', error)
    }
    return health.isAdmitted
  }

  const headOf = async (health: Health): Promise<Header | undefined> => {
    try {
      return await health.node.latest()
    } catch (error) {
      self.failed(health.node, 'blocks', error)
      return undefined
    }
  }

  return self
}

function contradictionsOf({ contradictions }: Health): number {
  return contradictions.values().reduce((sum, times) => sum + times, 0)
}
