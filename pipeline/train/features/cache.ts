/**
 * Frozen features on disk, one small file a text, named by what they are made of. Written to a temporary name and renamed,
 * so a file is either absent or whole; a damaged one fails its digest and is computed anew.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { HIDDEN_WIDTH, RESIDUAL_WIDTH, type TextFeatures } from '../base/encoder.ts'
import type { Precision } from '../base/layers.ts'
import { BASE_WEIGHTS_SHA256 } from '../base/package.ts'
import { KERNELS_BINARY } from '../kernels.ts'

/** Raise it when the encoder's arithmetic changes: features of another arithmetic must not be mixed. */
const ENCODER_VERSION = 1
const DIGEST_BYTES = 32
const FEATURE_BYTES = (RESIDUAL_WIDTH + HIDDEN_WIDTH) * 4

export interface FeatureCache {
  /** The stored features of a text, or undefined where there are none that can be trusted. */
  readonly read: (text: string) => TextFeatures | undefined
  readonly write: (text: string, features: TextFeatures) => void
}

export function openFeatureCache(folder: string, precision: Precision, maxTokens: number): FeatureCache {
  const origin = sha256(
    `${ENCODER_VERSION} ${BASE_WEIGHTS_SHA256} ${sha256(KERNELS_BINARY).toString('hex')} ${precision} ${maxTokens}`,
  )
  const root = join(folder, `${precision}-${maxTokens}-${origin.toString('hex').slice(0, 16)}`)
  const fileOf = (text: string): string => {
    const name = sha256(text).toString('hex')
    return join(root, name.slice(0, 2), name)
  }
  return {
    read: (text) => {
      const stored = readIfThere(fileOf(text))
      return stored === undefined ? undefined : unpack(stored, origin)
    },
    write: (text, features) => {
      const file = fileOf(text)
      mkdirSync(dirname(file), { recursive: true })
      const temporary = `${file}.${process.pid}`
      writeFileSync(temporary, pack(features, origin))
      renameSync(temporary, file)
    },
  }
}

/** residual ‖ hidden, little-endian float32, then the sha-256 of origin ‖ those bytes. */
function pack({ residual, hidden }: TextFeatures, origin: Buffer): Buffer {
  const file = Buffer.alloc(FEATURE_BYTES + DIGEST_BYTES)
  let at = 0
  for (const value of residual) at = file.writeFloatLE(value, at)
  for (const value of hidden) at = file.writeFloatLE(value, at)
  digestOf(file, origin).copy(file, at)
  return file
}

function unpack(file: Buffer, origin: Buffer): TextFeatures | undefined {
  if (file.length !== FEATURE_BYTES + DIGEST_BYTES) return undefined
  if (!digestOf(file, origin).equals(file.subarray(FEATURE_BYTES))) return undefined
  const floats = (first: number, length: number): Float32Array =>
    Float32Array.from({ length }, (_, i) => file.readFloatLE((first + i) * 4))
  return { residual: floats(0, RESIDUAL_WIDTH), hidden: floats(RESIDUAL_WIDTH, HIDDEN_WIDTH) }
}

const digestOf = (file: Buffer, origin: Buffer): Buffer =>
  createHash('sha256').update(origin).update(file.subarray(0, FEATURE_BYTES)).digest()

function sha256(content: string | Uint8Array): Buffer {
  return createHash('sha256').update(content).digest()
}

function readIfThere(file: string): Buffer | undefined {
  try {
    return readFileSync(file)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
