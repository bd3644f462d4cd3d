import { expect, it } from 'vitest'
import { soak } from './soak.ts'

/** `npm run test:soak` does it at size. */
it('keeps every amount the same wherever it stands, in reorgs, restarts and bad weather', async () => {
  const { faults, signed, charged, recorded, earned, outcomes } = await soak({
    seed: 1,
    calls: 300,
    payers: 5,
    say: () => {},
  })
  expect(faults).toEqual([])
  expect({ charged, recorded, earned }).toEqual({ charged: signed, recorded: signed, earned: signed })
  // What is away for a moment is no failure of the gateway.
  expect(outcomes['500']).toBeUndefined()
  expect(outcomes['200']).toBeGreaterThan(100)
})
