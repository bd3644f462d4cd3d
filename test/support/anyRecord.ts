import * as fc from 'fast-check'
import { bytesToHex } from 'viem'
import type { NamedChannel, ToldChannel } from '../../sdk/channel.ts'
import type { InferenceRecord } from '../../sdk/record.ts'

/** Few, so that one has to do with several things. */
export const anyAccount = fc.integer({ min: 1, max: 6 })

const anyUnits = fc.integer({ min: 0, max: 2 ** 32 - 1 })

export const anyChannel: fc.Arbitrary<ToldChannel> = fc.record({
  payer: fc.integer({ min: 0, max: 4 }),
  salt: fc.integer({ min: 0, max: 3 }),
  coveredUnits: anyUnits,
  chargedUnits: anyUnits,
})

/** A record that the Ledger takes, of a batch that names so many channels. */
export const anyRecord = (k: number, channels: readonly NamedChannel[]): fc.Arbitrary<InferenceRecord> =>
  fc.record({
    channel: fc.nat(channels.length - 1),
    feeUnits: fc.oneof(fc.integer({ min: 1, max: 65_535 }), fc.constantFrom(1, 65_535)),
    commitment: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => bytesToHex(bytes)),
    sketch: fc.uint8Array({ minLength: k / 8, maxLength: k / 8 }),
  })
