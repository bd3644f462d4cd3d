import { DEMO_TERMS } from './settings.ts'
import type { Stage } from './stage.ts'

/** Time on the demo's own chain, counted in epochs; nobody waits for real days. */

/** Moves the chain's clock to the beginning of `epoch`, unless it is past that. */
export async function reachEpoch({ chain }: Stage, epoch: number): Promise<void> {
  const { timestamp } = await chain.reader.getBlock({ blockTag: 'latest' })
  const missing = epoch * DEMO_TERMS.epochSeconds - Number(timestamp)
  if (missing > 0) await chain.passSeconds(missing)
}

/** The epochs in which batches were recorded, in order. */
export async function batchEpochs({ connection }: Stage): Promise<readonly number[]> {
  const { reader, contracts, fromBlock } = connection
  const events = await reader.getContractEvents({
    ...contracts.ledger,
    eventName: 'BatchRecorded',
    fromBlock,
    strict: true,
  })
  return events.map(({ args }) => args.epoch)
}
