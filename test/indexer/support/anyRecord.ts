import * as fc from 'fast-check'
import { bytesToHex } from 'viem'
import type { InferenceRecord, RecordTerms } from '../../../sdk/record.ts'

export const TERMS: RecordTerms = { dims: 64, topK: 4, rowCount: 100 }

/** Few, so that one is credited more than once. */
export const anyAccount = fc.integer({ min: 1, max: 6 })

const fee = fc.oneof(fc.bigInt(0n, 10n ** 6n), fc.bigInt(0n, 2n ** 38n), fc.bigInt(0n, 2n ** 64n - 1n))

/** A record that the Ledger takes. */
export const anyRecord = (hasRows: boolean): fc.Arbitrary<InferenceRecord> =>
  fc.record({
    commitment: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => bytesToHex(bytes)),
    payer: anyAccount,
    feeGwei: fee,
    rows: fc
      .tuple(
        fc.constantFrom<readonly number[]>([], [65_535], [40_000, 25_535], [20_000, 19_999, 15_536, 10_000]),
        fc.uniqueArray(fc.nat(TERMS.rowCount - 1), { minLength: 4, maxLength: 4 }),
        fc.array(anyAccount, { minLength: 4, maxLength: 4 }),
      )
      .map(([weights, rows, accounts]) =>
        (hasRows ? weights : []).map((weight, i) => ({ weight, row: rows[i] ?? 0, account: accounts[i] ?? 1 })),
      ),
    sketch: fc
      .array(fc.constantFrom(0x11, 0x7f, 0x09, 0x93, 0), { minLength: 32, maxLength: 32 })
      .map((bytes) => Uint8Array.from(bytes)),
  })
