import type { Connection } from '../sdk/contracts.ts'

/** The contracts' clock, which stands still while they are paused, beside clocks on walls. */
export interface ChainTime {
  /** What the contracts say it is. */
  readonly now: number
  /** When a time of theirs is, if nothing is paused until then: ISO 8601. */
  readonly dateOf: (time: number) => string
}

/** A time as people read it: UTC, to the second. */
export function spokenTime(iso: string): string {
  return iso.replace('T', ' ').replace(/(\.\d+)?Z$/, ' UTC')
}

export async function chainTime({ reader, contracts }: Connection): Promise<ChainTime> {
  const [now, { timestamp }] = await Promise.all([
    reader.readContract({ ...contracts.clock, functionName: 'time' }),
    reader.getBlock(),
  ])
  return { now, dateOf: (time) => new Date((time - now + Number(timestamp)) * 1_000).toISOString() }
}
