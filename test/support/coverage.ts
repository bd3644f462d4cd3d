import { expect } from 'vitest'
import type { Verification } from '../../chain/verify/verification.ts'
import type { DatabaseLocation } from '../../indexer/store/database.ts'
import { inHistory } from './inHistory.ts'
import type { LocalLedger } from './localLedger.ts'

/** Every block from the first to the newest belongs to exactly one stretch, and all were verified in this way. */
export async function coversEveryBlockOnce(
  location: DatabaseLocation,
  { deployment }: LocalLedger,
  verify: Verification = 'receipts',
): Promise<void> {
  const { stretches, blocks } = await inHistory(location, async (db) => ({
    stretches: await db.selectFrom('stretch').selectAll().orderBy('first').execute(),
    blocks: await db.selectFrom('block').select('number').orderBy('number').execute(),
  }))
  const covered = stretches.flatMap(({ first, last }) =>
    Array.from({ length: Number(last - first) + 1 }, (_, i) => first + BigInt(i)),
  )
  expect(covered).toEqual(blocks.map(({ number }) => number))
  expect(covered[0]).toBe(BigInt(deployment.startBlock))
  expect(new Set(stretches.map(({ verdict }) => verdict))).toEqual(new Set([verify === 'off' ? 'told' : verify]))
}
