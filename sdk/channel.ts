// Channels: a payer's deposit for one operator and one model, and how a batch names those that it charges.
//
//   channel = keccak256(payer uint32 ‖ operator uint32 ‖ model uint32 ‖ salt uint32)
//   named   = payer uint32 ‖ salt uint32                                                     8 bytes, as calldata gives it
//   told    = payer uint32 ‖ salt uint32 ‖ coveredUnits uint32 ‖ chargedUnits uint32        16 bytes, as `BatchRecorded` tells it
//
// docs/protocol.md, "Records and batches".

import type { Hex } from 'viem'
import { keccak } from '../attribution/keccak.ts'
import { StopError } from './errors.ts'

export interface ChannelKey {
  /** 0 of OPEN that reached a deposit address without a payer. */
  readonly payer: number
  readonly operator: number
  readonly model: number
  /** Tells channels of the same three apart; 0 is the walk-in channel, which needs no voucher. */
  readonly salt: number
}

/** A channel within a batch, whose operator and model are the batch's. */
export type NamedChannel = Pick<ChannelKey, 'payer' | 'salt'>

/** The same with its charge once the batch is recorded, in fee units. */
export interface ToldChannel extends NamedChannel {
  readonly coveredUnits: number
  readonly chargedUnits: number
}

/** The most that a batch charges: a record names its channel by one byte. */
export const MAX_CHANNELS = 255

const NAMED_BYTES = 8
const TOLD_BYTES = 16

export function channelId({ payer, operator, model, salt }: ChannelKey): Hex {
  return keccak(uint32s([payer, operator, model, salt]))
}

/** Channels as `Ledger.recordBatch` takes them. */
export function encodeChannels(channels: readonly NamedChannel[]): Uint8Array {
  if (channels.length > MAX_CHANNELS) {
    throw new StopError(
      `A batch cannot charge ${channels.length} channels`,
      { channels: channels.length },
      `Split it into batches of at most ${MAX_CHANNELS} channels.`,
    )
  }
  return uint32s(channels.flatMap(({ payer, salt }) => [payer, salt]))
}

/** Channels as `BatchRecorded` tells them. */
export function encodeToldChannels(channels: readonly ToldChannel[]): Uint8Array {
  return uint32s(
    channels.flatMap(({ payer, salt, coveredUnits, chargedUnits }) => [payer, salt, coveredUnits, chargedUnits]),
  )
}

export function decodeChannels(bytes: Uint8Array): readonly NamedChannel[] {
  return decode(bytes, NAMED_BYTES).map(([payer = 0, salt = 0]) => ({ payer, salt }))
}

export function decodeToldChannels(bytes: Uint8Array): readonly ToldChannel[] {
  return decode(bytes, TOLD_BYTES).map(([payer = 0, salt = 0, coveredUnits = 0, chargedUnits = 0]) => ({
    payer,
    salt,
    coveredUnits,
    chargedUnits,
  }))
}

function decode(bytes: Uint8Array, size: number): readonly (readonly number[])[] {
  if (bytes.length % size !== 0) {
    throw new StopError(
      `${bytes.length} bytes are no list of channels of ${size} bytes each`,
      { length: bytes.length, size },
      'Take them from one batch, whole.',
    )
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Array.from({ length: bytes.length / size }, (_, i) =>
    Array.from({ length: size / 4 }, (_, field) => view.getUint32(i * size + 4 * field)),
  )
}

/** DataView would silently wrap a number that does not fit its field. */
function uint32s(values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 * values.length)
  const view = new DataView(bytes.buffer)
  values.forEach((value, i) => {
    if (!Number.isInteger(value) || value < 0 || value >= 2 ** 32) {
      throw new StopError(`${value} is not a number of 32 bits`, { value }, 'Accounts, models and salts are.')
    }
    view.setUint32(4 * i, value)
  })
  return bytes
}
