import type { StoredEvent } from '../../../indexer/events.ts'

/** IndexerEvent of a stretch that was stored. */
export function stored(first: bigint, block: bigint, more: Partial<StoredEvent> = {}): StoredEvent {
  const told = { timestamp: 1_000n, nodeHead: block, events: 0, verdict: 'receipts', node: 'http://node' } as const
  return { kind: 'stored', first, block, ...told, ...more }
}
