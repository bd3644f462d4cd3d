import { setTimeout as sleep } from 'node:timers/promises'
import { clientAt } from './client.ts'
import { hostileRequest } from './requests.ts'

/** How an indexer fares while strangers attack its API and one client asks honestly. */
export interface Observed {
  /** Milliseconds of the honest client's answers, sorted. */
  readonly honestMs: readonly number[]
  /** Answers to it that were none. */
  readonly honestFailures: readonly string[]
  /** Statuses of answers to the attackers, and how often. */
  readonly statuses: Readonly<Record<string, number>>
  /** The largest resident memory before and at the end, in MB. */
  readonly readerMb: readonly [before: number, after: number]
  readonly writerMb: readonly [before: number, after: number]
  /** The writer's event loop, and its distance from the head at the end. */
  readonly writerLagP99Ms: number
  readonly blocksBehind: number
}

export interface AttackOptions {
  readonly url: string
  readonly hostile: number
  readonly hangUps: number
  readonly slowBodies: number
  readonly forMs: number
  /** Repeated all the while: what the writer has to follow. */
  readonly onChain: () => Promise<unknown>
}

const HONEST = [
  { query: 'query ($id: ID!) { account(id: $id) { id payout earnedGwei claimableGwei } }', variables: { id: '1' } },
  { query: '{ inferences(limit: 20, orderBy: batchId, orderDirection: desc) { items { batchId position feeGwei } } }' },
  { query: '{ _meta { block lag } }' },
]
const HONEST_EVERY_MS = 25
const ATTACKERS = 4

export async function attack({ url, hostile, hangUps, slowBodies, forMs, onChain }: AttackOptions): Promise<Observed> {
  const before = await metricsOf(url)
  const honest = clientAt('127.0.0.1', url)
  const attackers = Array.from({ length: ATTACKERS }, (_, i) => clientAt(`127.0.0.${i + 2}`, url))
  const honestMs: number[] = []
  const honestFailures: string[] = []
  const statuses: Record<string, number> = {}
  const until = performance.now() + forMs

  const askHonestly = async (question: object) => {
    const { status, text, ms } = await honest.ask(question)
    honestMs.push(ms)
    if (status !== 200 || text.includes('"errors"')) honestFailures.push(`${status} ${text.slice(0, 200)}`)
  }
  /** At its own pace, however slow the answers are: none that waits hides another. */
  const keepAsking = async () => {
    const asked: Promise<void>[] = []
    for (let i = 0; performance.now() < until; i += 1) {
      asked.push(askHonestly(HONEST[i % HONEST.length] ?? {}))
      await sleep(HONEST_EVERY_MS)
    }
    await Promise.all(asked)
  }
  const keepMining = async () => {
    while (performance.now() < until) {
      await onChain()
      await sleep(200)
    }
  }
  const ofAttacker = (number: number) => {
    const attacker = attackers[number % ATTACKERS]
    if (attacker === undefined) throw new RangeError('There is no such attacker')
    return attacker
  }
  const askBadly = async (number: number) => {
    const { status } = await ofAttacker(number).ask(hostileRequest(number))
    statuses[status] = (statuses[status] ?? 0) + 1
  }
  const slow = Array.from({ length: slowBodies }, (_, i) => ofAttacker(i).sendSlowly(forMs))
  const leave = Array.from({ length: hangUps }, (_, i) => ofAttacker(i).askAndLeave(hostileRequest(i), 5))
  const bad = Array.from({ length: hostile }, (_, i) => askBadly(i))
  await Promise.all([keepAsking(), keepMining(), ...slow, ...leave, ...bad])
  // The writer's next look.
  await sleep(1_000)
  const after = await metricsOf(url)
  for (const client of [honest, ...attackers]) client.close()
  return {
    honestMs: honestMs.toSorted((a, b) => a - b),
    honestFailures,
    statuses,
    readerMb: [before.readerMb, after.readerMb],
    writerMb: [before.writerMb, after.writerMb],
    writerLagP99Ms: after.lagP99Ms,
    blocksBehind: after.behind,
  }
}

export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

async function metricsOf(url: string) {
  const lines = (await (await fetch(`${url}/metrics`)).text()).split('\n')
  const values = (name: string, isOfReader: boolean) =>
    lines.flatMap((line) => {
      const [, labels = '', value] = new RegExp(`^${name}\\{(.*)\\} (.*)$`).exec(line) ?? []
      return value === undefined || labels.includes('reader="') !== isOfReader ? [] : [Number(value)]
    })
  const most = (name: string, isOfReader: boolean) => Math.max(0, ...values(name, isOfReader))
  return {
    readerMb: most('process_resident_memory_bytes', true) / 2 ** 20,
    writerMb: most('process_resident_memory_bytes', false) / 2 ** 20,
    lagP99Ms: most('nodejs_eventloop_lag_p99_seconds', false) * 1_000,
    behind: most('indexer_lag_blocks', false),
  }
}
