/** Reads the base model's tensors by name from its TensorFlow.js manifest and shards. */
import { z } from 'zod'
import { StopError } from '../../../sdk/errors.ts'
import { BASE_MODEL, readGraph, readShards } from './package.ts'

const BYTES_PER_ENTRY = 4

const graphSchema = z.object({
  weightsManifest: z.array(
    z.object({
      weights: z.array(
        z.object({ name: z.string(), shape: z.array(z.number().int()), dtype: z.enum(['float32', 'int32']) }),
      ),
    }),
  ),
})

export interface BaseWeights {
  /** The tensor whose name ends so; its entry count is checked. */
  readonly tensor: (nameEnd: string, length: number) => Float32Array
}

export function loadBaseWeights(): BaseWeights {
  const { weightsManifest } = graphSchema.parse(JSON.parse(readGraph()))
  const shards = readShards()
  const tensors = new Map<string, Float32Array>()
  let offset = 0
  for (const { name, shape, dtype } of weightsManifest.flatMap((group) => group.weights)) {
    const bytes = shape.reduce((product, size) => product * size, 1) * BYTES_PER_ENTRY
    if (dtype === 'float32') tensors.set(name, readFloats(shards, offset, bytes))
    offset += bytes
  }
  return { tensor: (nameEnd, length) => findTensor(tensors, nameEnd, length) }
}

function readFloats(buffer: Buffer, offset: number, bytes: number): Float32Array {
  const view = new DataView(buffer.buffer, buffer.byteOffset + offset, bytes)
  return Float32Array.from({ length: bytes / BYTES_PER_ENTRY }, (_, i) => view.getFloat32(i * BYTES_PER_ENTRY, true))
}

function findTensor(tensors: ReadonlyMap<string, Float32Array>, nameEnd: string, length: number): Float32Array {
  const matches = [...tensors].filter(([name]) => name.endsWith(nameEnd))
  const [match] = matches
  if (match === undefined || matches.length > 1 || match[1].length !== length)
    throw new StopError(
      'The base model does not hold the tensor that the encoder expects',
      { tensor: nameEnd, matches: matches.length, entries: match?.[1].length ?? 0, expected: length },
      `Install ${BASE_MODEL.package} ${BASE_MODEL.revision}, or correct the encoder for another revision.`,
    )
  return match[1]
}
