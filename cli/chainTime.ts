import type { Connection } from '../sdk/contracts.ts'

/** The contracts' clock, which stops while they are paused, beside real time. */
export interface ChainTime {
  /** The time of the contracts' clock. */
  readonly now: number
  /** The real time of a time of that clock, if nothing is paused until then: ISO 8601. */
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
