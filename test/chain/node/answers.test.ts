import fc from 'fast-check'
import type { Hex } from 'viem'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { type Chain, chainOf } from '../../../chain/chains.ts'
import {
  headerOf,
  headerOrNone,
  logsOf,
  receiptOf,
  receiptsOrNone,
  storageProofOf,
  WrongForm,
  wordOf,
} from '../../../chain/node/answers.ts'
import { bloomOfLogs, NO_BLOOM } from '../../../chain/verify/bloom.ts'

// The plain version: what the parsers by hand are held to.
const anyHex = z.custom<string>((value) => typeof value === 'string' && /^0[xX][0-9a-fA-F]*$/.test(value))
const hex = anyHex.transform((value) => value.toLowerCase() as Hex)
const sized = (digits: number) => hex.refine((value) => value.length === digits + 2)
const hash = sized(64)
const address = sized(40)
const quantity = hex.transform((value) => (value === '0x' ? 0n : BigInt(value)))
const bytes = z.union([hex.refine((value) => value.length % 2 === 0), z.null().transform((): Hex => '0x')])
const list = <T extends z.ZodType>(item: T) => z.union([z.array(item), z.null().transform((): z.output<T>[] => [])])
const absent = (value: unknown) => value === null || value === '0x' || value === '0X'
const optional = <T extends z.ZodType>(type: T) => z.preprocess((v) => (absent(v) ? undefined : v), type.optional())
const bloom = optional(
  hex.refine((value) => value.length <= 514).transform((value) => `0x${value.slice(2).padStart(512, '0')}`),
)

const header = z
  .record(z.string(), z.unknown())
  .transform((fields) => ({ ...fields, fields, chain: chainOf(31_337) }))
  .pipe(
    z.object({
      chain: z.custom<Chain>(),
      number: quantity,
      hash,
      parentHash: hash,
      timestamp: quantity,
      stateRoot: hash,
      receiptsRoot: hash,
      logsBloom: bloom.transform((told) => told ?? NO_BLOOM),
      gasUsed: quantity,
      transactions: list(hash),
      fields: z.custom<Record<string, unknown>>(),
    }),
  )
const log = z
  .object({
    address,
    topics: list(hash),
    data: bytes,
    blockNumber: quantity,
    blockHash: hash,
    logIndex: quantity,
    transactionHash: hash,
  })
  .transform(({ blockNumber, ...told }) => ({ ...told, block: blockNumber }))
const receipt = z
  .object({
    type: optional(z.string().regex(/^0[xX]0*[0-9a-fA-F]{1,2}$/)).transform((type) => Number(type ?? '0x0')),
    blockHash: hash,
    transactionHash: hash,
    status: optional(quantity),
    root: optional(hash),
    cumulativeGasUsed: quantity,
    logsBloom: bloom,
    logs: list(z.object({ address, topics: list(hash), data: bytes })),
    depositNonce: optional(quantity),
    depositReceiptVersion: optional(quantity),
    baseFee: optional(quantity),
  })
  .transform((told) => ({ ...told, logsBloom: told.logsBloom ?? bloomOfLogs(told.logs) }))
const storageProof = z.object({
  accountProof: list(bytes),
  storageHash: hash,
  storageProof: list(z.object({ value: quantity, proof: list(bytes) })),
})

const digits = (length: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`)).map((text) => `0x${text}`)
const someHash = digits(64)
const someBloom = fc.constantFrom(`0x${'0'.repeat(512)}`, `0x${'a1'.repeat(256)}`)
const someQuantity = fc.bigInt(0n, 2n ** 64n).map((value) => `0x${value.toString(16)}`)
const someBytes = fc.uint8Array({ maxLength: 70 }).map((value) => `0x${Buffer.from(value).toString('hex')}`)
const place = { blockHash: someHash, transactionHash: someHash }
const event = { address: digits(40), topics: fc.array(someHash, { maxLength: 4 }), data: someBytes }

const forms = {
  header: fc.record({
    number: someQuantity,
    hash: someHash,
    parentHash: someHash,
    timestamp: someQuantity,
    stateRoot: someHash,
    receiptsRoot: someHash,
    logsBloom: someBloom,
    gasUsed: someQuantity,
    transactions: fc.array(someHash, { maxLength: 3 }),
    extraData: someBytes,
  }),
  logs: fc.array(fc.record({ ...event, ...place, blockNumber: someQuantity, logIndex: someQuantity }), {
    maxLength: 3,
  }),
  receipt: fc.record(
    {
      ...place,
      type: fc.constantFrom('0x2', '0x7E'),
      status: someQuantity,
      root: someHash,
      cumulativeGasUsed: someQuantity,
      logsBloom: someBloom,
      logs: fc.array(fc.record(event), { maxLength: 2 }),
      depositNonce: someQuantity,
      depositReceiptVersion: someQuantity,
      baseFee: someQuantity,
    },
    { requiredKeys: ['blockHash', 'transactionHash', 'cumulativeGasUsed', 'logsBloom', 'logs'] },
  ),
  storageProof: fc.record({
    accountProof: fc.array(someBytes, { maxLength: 3 }),
    storageHash: someHash,
    storageProof: fc.array(fc.record({ key: someHash, value: someQuantity, proof: fc.array(someBytes) }), {
      maxLength: 2,
    }),
  }),
} as const

const parsers = {
  header: [header, headerOf],
  logs: [list(log), logsOf],
  receipt: [receipt, receiptOf],
  storageProof: [storageProof, storageProofOf],
} as const

/** Puts something else in the place of one part, chosen by `at`, of an answer. */
function spoil(answer: unknown, at: number, instead: (before: unknown) => unknown): unknown {
  const parts: { readonly holder: Record<string, unknown>; readonly key: string }[] = []
  const whole = { answer: structuredClone(answer) }
  const collect = (holder: Record<string, unknown>): void => {
    for (const [key, value] of Object.entries(holder)) {
      parts.push({ holder, key })
      if (typeof value === 'object' && value !== null) collect(value as Record<string, unknown>)
    }
  }
  collect(whole)
  const part = parts[at % parts.length]
  if (part !== undefined) part.holder[part.key] = instead(part.holder[part.key])
  return whole.answer
}

const spoilers: readonly ((before: unknown) => unknown)[] = [
  () => null,
  () => undefined,
  () => 7,
  () => '',
  () => '0x',
  () => '0x0',
  () => [],
  () => ({}),
  (before) => `${before}0`,
  (before) => `${before}00`,
  (before) => `${before}\n`,
  (before) => String(before).slice(0, -1),
  (before) => String(before).slice(2),
  (before) => String(before).toUpperCase(),
  (before) => String(before).replace(/.$/, 'g'),
  (before) => String(before).replace(/.$/, 'İ'),
  (before) => [before],
]

describe('a node’s answer, parsed by hand,', () => {
  for (const [name, form] of Object.entries(forms)) {
    const [plain, byHand] = parsers[name as keyof typeof parsers]
    const parse = (answer: unknown): unknown => {
      try {
        return byHand(answer)
      } catch (error) {
        if (error instanceof WrongForm) return undefined
        throw error
      }
    }

    it(`is what a schema makes of it, sound or spoilt: ${name}`, () => {
      let refused = 0
      fc.assert(
        fc.property(form as fc.Arbitrary<unknown>, fc.nat(200), fc.constantFrom(...spoilers), (sound, at, spoiler) => {
          expect(byHand(sound)).toEqual(plain.parse(sound))
          const spoilt = spoil(sound, at, spoiler)
          const expected = plain.safeParse(spoilt)
          if (!expected.success) refused += 1
          expect(parse(spoilt)).toEqual(expected.success ? expected.data : undefined)
        }),
        { numRuns: 500 },
      )
      expect(refused).toBeGreaterThan(100)
    })
  }

  it('may be that there is no such block', () => {
    expect([headerOrNone(null), receiptsOrNone(null)]).toEqual([undefined, undefined])
  })

  it('of logs is those of the chain, without those of a branch that was left', () => {
    const [hash, data] = [`0x${'1'.repeat(64)}`, '0x']
    const place = { blockNumber: '0x1', blockHash: hash, logIndex: '0x0', transactionHash: hash }
    const log = { address: `0x${'a'.repeat(40)}`, topics: [], data, ...place }
    expect(logsOf([log, { ...log, removed: true }, { ...log, removed: false }])).toHaveLength(2)
  })

  it('of a slot is whole, where leading zeros are left out', () => {
    expect([wordOf('0x'), wordOf('0xA')]).toEqual([`0x${'0'.repeat(64)}`, `0x${'0'.repeat(63)}a`])
    expect(() => wordOf(`0x${'1'.repeat(65)}`)).toThrow(WrongForm)
  })

  it('says what is wrong, and where', () => {
    expect(() => logsOf([{ address: '0x' }])).toThrow(
      expect.objectContaining({ at: 'address', problem: 'is not an address' }),
    )
  })
})
