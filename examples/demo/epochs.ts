import type { Context } from './context.ts'
import { DEMO_TERMS } from './settings.ts'

/** Time on the demo's own chain: nobody waits for real days. */

/** The contracts' clock. */
export async function timeOf({ connection }: Context): Promise<number> {
  const { reader, contracts } = connection
  return await reader.readContract({ ...contracts.clock, functionName: 'time' })
}

/** Moves the chain's clock on to `time`, unless it is past that. */
export async function reachTime(context: Context, time: number): Promise<void> {
  const missing = time - (await timeOf(context))
  if (missing > 0) await context.chain.passSeconds(missing)
}

/** Moves it on to the first day on which nothing was recorded yet. */
export async function reachNextDay(context: Context): Promise<void> {
  const { reader, contracts, fromBlock } = context.connection
  const batches = await reader.getContractEvents({
    ...contracts.ledger,
    eventName: 'BatchRecorded',
    fromBlock,
    strict: true,
  })
  const last = batches.at(-1)
  if (last === undefined) return
  // Nothing pauses the demo's chain, so its clock is that of its blocks.
  const { timestamp } = await reader.getBlock({ blockNumber: last.blockNumber })
  const { epochSeconds } = DEMO_TERMS
  await reachTime(context, (Math.floor(Number(timestamp) / epochSeconds) + 1) * epochSeconds)
}
