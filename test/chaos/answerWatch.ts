import { setTimeout as sleep } from 'node:timers/promises'
import { answerTo } from '../support/ask.ts'
import { Seen } from './suite.ts'

/**
 * Asks the API again and again while chaos reigns, and holds every answer to what must be true of any: it speaks of one chain,
 * without gaps, whose every batch is there whole. Nothing half-stored may ever be seen.
 */
export interface AnswerWatch {
  /** How many answers it has seen so far. */
  answers(): number
  /** How many times `/ready` said 503, each time with a reason or while catching up. */
  unready(): number
  /** Whether it saw something that must not be. */
  hasSeen(): boolean
  /** Throws what that was. */
  stop(): Promise<void>
}

const QUESTION = `{
  _meta { block hash timestamp }
  blocks(orderBy: number, orderDirection: desc, limit: 40) { items { number hash parentHash timestamp } }
  batches(orderBy: id, orderDirection: desc, limit: 12) { items { id count recordedGwei feesGwei block timestamp
    inferences(limit: 20) { totalCount items { feeUnits feeGwei stands block } }
    charges: channelCharges(limit: 20) { totalCount items { units block } } } }
}`

export function watchAnswers(url: () => string | undefined): AnswerWatch {
  let answers = 0
  let unready = 0
  let isOver = false
  let hasSeen = false
  const look = async (): Promise<void> => {
    const at = url()
    if (at === undefined) return
    // While the process is down, nobody answers, and that is no answer.
    const answer = await answerTo<Answered | null>(at, QUESTION).catch(() => undefined)
    if (answer?.data !== undefined && answer.data !== null && answer.errors === undefined) {
      mustBeWhole(answer.data)
      answers += 1
    }
    const ready = await fetch(`${at}/ready`).catch(() => undefined)
    if (ready?.status === 503) {
      const { state, reason } = (await ready.json()) as { readonly state: string; readonly reason?: string }
      if (['troubled', 'stopped'].includes(state) && !reason) throw new Seen(`/ready says 503 and not why: ${state}`)
      unready += 1
    }
  }
  const watching = (async () => {
    while (!isOver) {
      await look()
      await sleep(25)
    }
  })()
  watching.catch(() => {
    hasSeen = true
  })
  return {
    answers: () => answers,
    unready: () => unready,
    hasSeen: () => hasSeen,
    stop: async () => {
      isOver = true
      await watching
    },
  }
}

export function mustBeWhole({ _meta, blocks, batches }: Answered): void {
  const chain = blocks.items
  const broken = chain.find(({ number, hash }, i) => {
    const above = chain[i - 1]
    return above === undefined
      ? number !== _meta.block || hash !== _meta.hash
      : above.parentHash !== hash || above.number !== number + 1
  })
  if (broken !== undefined) throw new Seen(`Blocks do not follow: ${JSON.stringify({ _meta, broken, chain })}`)

  const times = new Map(chain.map(({ number, timestamp }) => [number, timestamp]))
  for (const batch of batches.items) {
    const { inferences, charges, count, recordedGwei, feesGwei, block, timestamp } = batch
    const standing = inferences.items.filter(({ stands }) => stands)
    const isWhole =
      inferences.totalCount === count &&
      inferences.items.length === count &&
      total(inferences.items.map(({ feeGwei }) => feeGwei)) === BigInt(recordedGwei) &&
      total(standing.map(({ feeGwei }) => feeGwei)) === BigInt(feesGwei) &&
      charges.items.length === charges.totalCount &&
      total(charges.items.map(({ units }) => units)) === total(inferences.items.map(({ feeUnits }) => feeUnits)) &&
      [...inferences.items, ...charges.items].every((one) => one.block === block) &&
      (times.get(block) ?? timestamp) === timestamp
    if (!isWhole) throw new Seen(`A batch is not whole: ${JSON.stringify({ _meta, batch })}`)
  }
}

function total(amounts: readonly (string | number)[]): bigint {
  return amounts.reduce((sum, amount) => sum + BigInt(amount), 0n)
}

interface Answered {
  readonly _meta: { readonly block: number; readonly hash: string }
  readonly blocks: {
    readonly items: readonly {
      readonly number: number
      readonly hash: string
      readonly parentHash: string
      readonly timestamp: number
    }[]
  }
  readonly batches: {
    readonly items: readonly {
      readonly id: string
      readonly count: number
      readonly recordedGwei: string
      readonly feesGwei: string
      readonly block: number
      readonly timestamp: number
      readonly inferences: {
        readonly totalCount: number
        readonly items: readonly {
          readonly feeUnits: number
          readonly feeGwei: string
          readonly stands: boolean
          readonly block: number
        }[]
      }
      readonly charges: {
        readonly totalCount: number
        readonly items: readonly { readonly units: number; readonly block: number }[]
      }
    }[]
  }
}
