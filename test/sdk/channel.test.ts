import { encodePacked, hexToBytes, keccak256 } from 'viem'
import { describe, expect, it } from 'vitest'
import {
  channelId,
  decodeChannels,
  decodeToldChannels,
  encodeChannels,
  encodeToldChannels,
  type NamedChannel,
  type ToldChannel,
} from '../../sdk/channel.ts'
import { readVectors } from '../vectors/read.ts'
import type { batchVectors } from '../vectors/records.ts'

const told: readonly ToldChannel[] = [
  { payer: 1, salt: 2, coveredUnits: 3, chargedUnits: 4 },
  { payer: 0, salt: 0, coveredUnits: 2 ** 32 - 1, chargedUnits: 2 ** 32 - 1 },
]

describe('a channel', () => {
  it('is named by payer, operator, model and salt', () => {
    const key = { payer: 7, operator: 8, model: 9, salt: 2 ** 32 - 1 }
    const packed = encodePacked(['uint32', 'uint32', 'uint32', 'uint32'], [7, 8, 9, 2 ** 32 - 1])
    expect(channelId(key)).toBe(keccak256(packed))
    expect(() => channelId({ ...key, payer: 2 ** 32 })).toThrow('4294967296 is not a number of 32 bits')
    expect(() => channelId({ ...key, salt: -1 })).toThrow('-1 is not a number of 32 bits')
  })

  it('has the id that the vectors say', () => {
    for (const { model, operator, channels, channelIds } of readVectors<ReturnType<typeof batchVectors>[number]>(
      'batches.json',
    )) {
      const named = decodeChannels(hexToBytes(channels))
      expect(named.map((channel) => channelId({ ...channel, model, operator }))).toEqual(channelIds)
      expect(encodeChannels(named)).toEqual(hexToBytes(channels))
    }
  })
})

describe('a batch’s channels', () => {
  it('survive a round trip, as they are given and as they are told', () => {
    const named: readonly NamedChannel[] = told.map(({ payer, salt }) => ({ payer, salt }))
    expect(decodeChannels(encodeChannels(named))).toEqual(named)
    expect(decodeToldChannels(encodeToldChannels(told))).toEqual(told)
    expect(encodeToldChannels(told).length).toBe(32)
  })

  it('are refused where they are cut short, or more than a record can name', () => {
    expect(() => decodeChannels(new Uint8Array(9))).toThrow('9 bytes are no list of channels of 8 bytes each')
    expect(() => decodeToldChannels(new Uint8Array(24))).toThrow('24 bytes are no list of channels of 16 bytes each')
    const many = Array.from({ length: 256 }, (_, salt) => ({ payer: 1, salt }))
    expect(encodeChannels(many.slice(1)).length).toBe(255 * 8)
    expect(() => encodeChannels(many)).toThrow('A batch cannot charge 256 channels')
  })
})
