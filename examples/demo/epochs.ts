import { DEMO_TERMS } from './settings.ts'
import type { Stage } from './stage.ts'

/** Time on the demo's own chain: nobody waits for real days. */

/** The contracts' clock. */
export async function timeOf({ connection }: Stage): Promise<number> {
  const { reader, contracts } = connection
  return await reader.readContract({ ...contracts.clock, functionName: 'time' })
}

/** Moves the chain's clock on to `time`, unless it is past that. */
export async function reachTime(stage: Stage, time: number): Promise<void> {
  const missing = time - (await timeOf(stage))
  if (missing > 0) await stage.chain.passSeconds(missing)
}

/** Moves it on to the first day on which nothing was recorded yet. */
export async function reachNextDay(stage: Stage): Promise<void> {
  const { reader, contracts, fromBlock } = stage.connection
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
  await reachTime(stage, (Math.floor(Number(timestamp) / epochSeconds) + 1) * epochSeconds)
}
