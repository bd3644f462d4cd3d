import type { StoredNews } from '../../../indexer/news.ts'

/** News of a stretch that was stored. */
export function stored(first: bigint, block: bigint, more: Partial<StoredNews> = {}): StoredNews {
  const told = { timestamp: 1_000n, nodeHead: block, events: 0, verdict: 'receipts', node: 'http://node' } as const
  return { kind: 'stored', first, block, ...told, ...more }
}
