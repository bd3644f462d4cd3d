import type { RetryError, StopError } from '../../sdk/errors.ts'
import { type Clock, wallClock } from '../clock.ts'
import type { Contradiction } from '../contradiction.ts'
import { type Meter, noMeter } from '../meter.ts'
import type { Header } from '../verify/header.ts'
import {
  goodHealth,
  type Health,
  healthAfterContradiction,
  healthAfterError,
  healthAfterSuccess,
  type Subject,
  type Verdict,
} from './health.ts'
import type { Node } from './node.ts'

export type { Subject } from './health.ts'

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
   * A node's request failed. A transient failure pauses the node. A permanent one disables it; if
   * it was the last, this throws. An error that is not a node's is thrown too.
   */
  failed(node: Node, about: Subject, error: unknown): void
  /** A node contradicted itself: it is paused, and disabled where that is a lie and goes on. */
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
  /** The pause of a node that lags or lied. */
  readonly pauseMs: number
  readonly disabled: (error: StopError, node: string) => void
  /**
   * A node failed or lied. `isAside`: another node is current, so that nothing waits for it.
   */
  readonly failed: (error: RetryError, node: string, isAside: boolean) => void
  readonly meter?: Meter | undefined
  readonly clock?: Clock | undefined
}

interface Kept {
  readonly node: Node
  health: Health
  isAdmitted: boolean
  pausedUntil: number
  /** It is waited for, rather than another asked. */
  isWaitedFor: boolean
  isDisabled: boolean
}

export function nodesOf(nodes: readonly Node[], options: NodesOptions): Nodes {
  const { clock = wallClock, meter = noMeter } = options
  const kept = nodes.map(
    (node): Kept => ({
      node,
      health: goodHealth,
      isAdmitted: false,
      pausedUntil: Number.NEGATIVE_INFINITY,
      isWaitedFor: false,
      isDisabled: false,
    }),
  )
  let current: Kept | undefined
  let lastError: StopError | undefined

  const keptOf = (node: Node): Kept => kept.find((one) => one.node === node) as Kept
  const usable = () => kept.filter(({ isDisabled }) => !isDisabled)

  const pauseNode = (one: Kept, ms: number, isWaitedFor = false): void => {
    one.pausedUntil = clock.now() + ms
    one.isWaitedFor = isWaitedFor
    if (current === one && !isWaitedFor) current = undefined
  }

  /** Throws if it was the last node. */
  const disable = (one: Kept, error: StopError): void => {
    one.isDisabled = true
    lastError = error
    if (usable().length === 0) throw error
    options.disabled(error, one.node.name)
  }

  const follow = (one: Kept, verdict: Verdict): void => {
    const { health, pauseMs, isWaitedFor, told, disabledBy, kind } = verdict
    one.health = health
    if (kind !== undefined) meter.troubled?.(one.node.name, kind)
    if (told !== undefined) options.failed(told, one.node.name, current !== undefined && current !== one)
    if (disabledBy !== undefined) disable(one, disabledBy)
    else pauseNode(one, pauseMs, isWaitedFor)
  }

  const choose = (): Kept | undefined => {
    const now = clock.now()
    if (current !== undefined && !current.isDisabled) {
      if (current.pausedUntil <= now) return current
      if (current.isWaitedFor) return undefined
    }
    const [best] = usable()
      .filter(({ pausedUntil }) => pausedUntil <= now)
      .toSorted((a, b) => liesOf(a) - liesOf(b) || a.health.failures - b.health.failures)
    current = best
    return best
  }

  const untilNext = (): number => {
    const waited = current !== undefined && !current.isDisabled && current.isWaitedFor ? [current] : usable()
    return Math.min(...waited.map(({ pausedUntil }) => pausedUntil))
  }

  const self: Nodes = {
    count: nodes.length,

    next: async (signal) => {
      while (!signal.aborted) {
        // The last node may have been disabled by a background request.
        if (usable().length === 0 && lastError !== undefined) throw lastError
        const one = choose()
        if (one === undefined) await clock.pause(Math.max(1, untilNext() - clock.now()), signal)
        else if (one.isAdmitted || (await admit(one))) return one.node
      }
      return undefined
    },

    succeeded: (node, about) => {
      const one = keptOf(node)
      one.health = healthAfterSuccess(one.health, about)
    },

    failed: (node, about, error) => {
      const one = keptOf(node)
      const verdict = healthAfterError(node.name, one.health, about, error, clock.now())
      if (verdict === undefined) throw error
      follow(one, verdict)
    },

    contradicted: (node, about, contradiction) => {
      const one = keptOf(node)
      const { pauseMs } = options
      follow(one, healthAfterContradiction(node.name, one.health, about, contradiction, pauseMs, clock.now()))
    },

    lags: (node) => pauseNode(keptOf(node), options.pauseMs),

    switchToHigher: async (headNow) => {
      const others = usable().filter((one) => one !== current && one.pausedUntil <= clock.now())
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

  const admit = async (one: Kept): Promise<boolean> => {
    try {
      await options.admit(one.node)
      one.isAdmitted = true
    } catch (error) {
      self.failed(one.node, 'blocks', error)
    }
    return one.isAdmitted
  }

  const headOf = async (one: Kept): Promise<Header | undefined> => {
    try {
      return await one.node.latest()
    } catch (error) {
      self.failed(one.node, 'blocks', error)
      return undefined
    }
  }

  return self
}

function liesOf({ health }: Kept): number {
  return health.lies.values().reduce((sum, times) => sum + times, 0)
}
