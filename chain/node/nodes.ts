import { RetryError, StopError } from '../../sdk/errors.ts'
import { backoffMs, pause } from '../backoff.ts'
import type { Contradiction } from '../contradiction.ts'
import { FalseAnswer, NodeContradictsItself } from '../contradiction.ts'
import type { Header } from '../verify/header.ts'
import type { Node } from './node.ts'
import { Malformed, NodeBusy } from './nodeError.ts'

/** What a node is asked about. How well it tells of one takes nothing off its lies about another. */
export type Subject = 'blocks' | 'storage' | 'lateContract'

/** The nodes that may be asked, and how each of them has fared. */
export interface Nodes {
  readonly count: number
  /** The one to ask: the same as last time while it does well, else the best of the others. Waits while all of them rest. */
  next(signal: AbortSignal): Promise<Node | undefined>
  didWell(node: Node, about: Subject): void
  /**
   * It does not answer: it rests, ever longer or as long as it asked for. Where nothing is to be had of it, it is given up. Throws
   * where it was the last, and what is no fault of a node.
   */
  failed(node: Node, about: Subject, error: unknown): void
  /** It said what cannot be: it rests, and is given up after the fifth time in a row. */
  contradicted(node: Node, about: Subject, contradiction: Contradiction): void
  /** It answers, but not with what is needed now: others go before it for a moment. */
  yields(node: Node): void
  /** Turns to a node whose head is above `head` at that time, should there be one; says who was passed over. */
  turnToHigher(head: () => bigint): Promise<Overtaken | undefined>
}

export interface Overtaken {
  readonly node: string
  readonly head: bigint
  readonly by: string
  readonly headThere: bigint
}

export interface NodesOptions {
  /** Makes sure that a node is on our chain, before it is asked anything else. */
  readonly admit: (node: Node) => Promise<void>
  /** How long a node rests that answered, but not with what is needed. */
  readonly restMs: number
  readonly givenUp: (error: StopError, node: string) => void
  /** It does not answer, or says what cannot be. Aside is one that was not needed: another is asked anyway. */
  readonly failed: (error: RetryError, node: string, isAside: boolean) => void
}

interface Health {
  readonly node: Node
  isAdmitted: boolean
  failures: number
  /** How often in a row it said what cannot be. */
  readonly contradictions: Map<Subject, number>
  restsUntil: number
  isGivenUp: boolean
}

/** How often the same look may fail to fit together before that is put down to the node and not to bad timing. */
const CONTRADICTIONS_BELIEVED = 5

export function nodesOf(nodes: readonly Node[], options: NodesOptions): Nodes {
  const healths = nodes.map(
    (node): Health => ({
      node,
      isAdmitted: false,
      failures: 0,
      contradictions: new Map(),
      restsUntil: 0,
      isGivenUp: false,
    }),
  )
  let current: Health | undefined
  let givenUpLast: StopError | undefined

  const healthOf = (node: Node): Health => healths.find((one) => one.node === node) as Health
  const usable = () => healths.filter(({ isGivenUp }) => !isGivenUp)

  const rest = (health: Health, ms: number): void => {
    health.restsUntil = Date.now() + ms
    if (current === health) current = undefined
  }

  /** Nothing is to be had of it. Throws where it was the last. */
  const giveUp = (health: Health, error: StopError): void => {
    health.isGivenUp = true
    givenUpLast = error
    if (usable().length === 0) throw error
    options.givenUp(error, health.node.name)
  }

  const countContradiction = (health: Health, about: Subject, contradiction: Contradiction): void => {
    const times = (health.contradictions.get(about) ?? 0) + 1
    health.contradictions.set(about, times)
    if (times < CONTRADICTIONS_BELIEVED) rest(health, options.restMs)
    else giveUp(health, new NodeContradictsItself(health.node.name, contradiction))
  }

  const choose = (): Health | undefined => {
    const now = Date.now()
    if (current !== undefined && !current.isGivenUp && current.restsUntil <= now) return current
    const [best] = usable()
      .filter(({ restsUntil }) => restsUntil <= now)
      .toSorted((a, b) => contradictionsOf(a) - contradictionsOf(b) || a.failures - b.failures)
    current = best
    return best
  }

  const self: Nodes = {
    count: nodes.length,

    next: async (signal) => {
      while (!signal.aborted) {
        // Whoever gave up the last one may have been busy with something else.
        if (usable().length === 0 && givenUpLast !== undefined) throw givenUpLast
        const health = choose()
        if (health === undefined) {
          const earliest = Math.min(...usable().map(({ restsUntil }) => restsUntil))
          await pause(Math.max(1, earliest - Date.now()), signal)
        } else if (health.isAdmitted || (await admit(health))) return health.node
      }
      return undefined
    },

    didWell: (node, about) => {
      const health = healthOf(node)
      health.failures = 0
      health.contradictions.delete(about)
    },

    failed: (node, about, error) => {
      const health = healthOf(node)
      if (error instanceof StopError) return giveUp(health, error)
      if (!(error instanceof RetryError)) throw error
      options.failed(error, node.name, current !== undefined && current !== health)
      // An answer of another form is nothing that happens on the way.
      if (error instanceof Malformed) {
        const what = 'An answer is of another form than what was asked for'
        return countContradiction(health, about, { what, facts: error.facts })
      }
      health.failures += 1
      const wanted = error instanceof NodeBusy ? (error.retryAfterMs ?? 0) : 0
      rest(health, Math.max(wanted, backoffMs(health.failures)))
    },

    contradicted: (node, about, contradiction) => {
      options.failed(new FalseAnswer(node.name, contradiction), node.name, false)
      countContradiction(healthOf(node), about, contradiction)
    },

    yields: (node) => rest(healthOf(node), options.restMs),

    turnToHigher: async (headNow) => {
      const others = usable().filter((health) => health !== current && health.restsUntil <= Date.now())
      for (const other of others) {
        const there = other.isAdmitted || (await admit(other)) ? await headOf(other) : undefined
        const head = headNow()
        if (there === undefined || there.number <= head || other.isGivenUp) continue
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
