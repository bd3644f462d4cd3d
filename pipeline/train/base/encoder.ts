/**
 * The Universal Sentence Encoder Lite (Cer et al., 2018) up to its last frozen activation.
 *
 *     x_t = 2·E[piece_t] + timing_t                                      (tokens, 256); the graph doubles the embedding
 *     r   = out₀(attention(qkv₀(norm x))) + residual₀(x),   r += f₀₂ relu(f₀₁ norm r)            (tokens, 512)
 *     r  += out₁(attention(qkv₁(norm r))),                  u  = relu(f₁₁ norm r)                (tokens, 1536)
 *     residual = mean_t r (512),  hidden = mean_t u (1536)
 *
 * The published graph continues, linear in both means, with z = residual + f₁₂(hidden) and tanh(projection(z)). The two
 * last layers are where the adapters sit, so everything before is computed once per text and kept.
 *
 * A text's features depend on that text alone: every step works token by token or inside one text.
 */

import { cos, sin } from '../../math/elementary.ts'
import { createWorkspace, type Workspace } from '../kernels.ts'
import { attend, layOut } from './attention.ts'
import { loadLinearLayers, type Precision } from './layers.ts'
import { type BaseWeights, loadBaseWeights } from './weights.ts'

export const RESIDUAL_WIDTH = 512
export const HIDDEN_WIDTH = 1536
const EMBEDDING_WIDTH = 256
const VOCABULARY_SIZE = 8002
const NORM_EPSILON = 1e-6
/** Holds the weights in either precision and the activations of `TOKENS_PER_PASS` tokens. */
const WORKSPACE_MEBIBYTES = 96
/** How many tokens to encode in one pass: enough to pay for dequantising, few enough for the caches. */
export const TOKENS_PER_PASS = 1024

export interface TextFeatures {
  readonly residual: Float32Array
  readonly hidden: Float32Array
}

export interface Encoder {
  /** Features of texts given as pieces; together they may hold `TOKENS_PER_PASS` tokens. */
  readonly encode: (texts: readonly Int32Array[]) => readonly TextFeatures[]
}

interface Norm {
  readonly scale: Float32Array
  readonly bias: Float32Array
}

export function loadEncoder(precision: Precision): Encoder {
  const weights = loadBaseWeights()
  const workspace = createWorkspace(WORKSPACE_MEBIBYTES)
  const layers = loadLinearLayers(weights, precision, workspace)
  const norms = {
    attention0: loadNorm(weights, 'Layer_0/TransformerLayer', EMBEDDING_WIDTH),
    feedForward0: loadNorm(weights, 'Layer_0/TransformerLayer/FFN', RESIDUAL_WIDTH),
    attention1: loadNorm(weights, 'Layer_1/TransformerLayer', RESIDUAL_WIDTH),
    feedForward1: loadNorm(weights, 'Layer_1/TransformerLayer/FFN', RESIDUAL_WIDTH),
  }
  const embed = createEmbedding(weights)

  return {
    encode: (texts) =>
      workspace.scoped(() => {
        const tokens = layOut(texts)
        const { count } = tokens
        const { apply } = layers
        const x = workspace.floats(count * EMBEDDING_WIDTH)
        for (const [i, pieces] of texts.entries()) embed(pieces, x, tokens.starts[i] as number)

        const qkv0 = apply('layers.0.attention.qkv', normalise(workspace, x, norms.attention0), count)
        const r = apply('layers.0.attention.output', attend(workspace, qkv0, tokens, EMBEDDING_WIDTH), count)
        add(r, apply('layers.0.residual', x, count))
        const u0 = apply('layers.0.feed_forward.input', normalise(workspace, r, norms.feedForward0), count)
        rectify(u0)
        add(r, apply('layers.0.feed_forward.output', u0, count))

        const qkv1 = apply('layers.1.attention.qkv', normalise(workspace, r, norms.attention1), count)
        add(r, apply('layers.1.attention.output', attend(workspace, qkv1, tokens, RESIDUAL_WIDTH), count))
        const u = apply('layers.1.feed_forward.input', normalise(workspace, r, norms.feedForward1), count)
        rectify(u)

        return texts.map((pieces, i) => ({
          residual: meanOfRows(r, tokens.starts[i] as number, pieces.length, RESIDUAL_WIDTH),
          hidden: meanOfRows(u, tokens.starts[i] as number, pieces.length, HIDDEN_WIDTH),
        }))
      }),
  }
}

/** 2·E[piece] + the sine and cosine of position · inverse frequency, written from token `first` on. */
function createEmbedding(weights: BaseWeights): (pieces: Int32Array, out: Float32Array, first: number) => void {
  const table = weights.tensor('module/Embeddings_en', VOCABULARY_SIZE * EMBEDDING_WIDTH)
  const half = EMBEDDING_WIDTH / 2
  const inverse = weights.tensor('TimingSignal/ExpandDims_1', half)
  const timings: Float32Array[] = []
  const timingAt = (position: number): Float32Array => {
    const known = timings[position]
    if (known !== undefined) return known
    const angles = inverse.map((frequency) => position * frequency)
    const timing = Float32Array.of(...angles.map(sin), ...angles.map(cos))
    timings[position] = timing
    return timing
  }
  return (pieces, out, first) => {
    for (const [position, piece] of pieces.entries()) {
      const timing = timingAt(position)
      const to = (first + position) * EMBEDDING_WIDTH
      const from = piece * EMBEDDING_WIDTH
      for (let j = 0; j < EMBEDDING_WIDTH; j++) out[to + j] = 2 * (table[from + j] as number) + (timing[j] as number)
    }
  }
}

function loadNorm(weights: BaseWeights, layer: string, width: number): Norm {
  const path = `Encode/${layer}/layer_prepostprocess/layer_norm/layer_norm`
  return {
    scale: weights.tensor(`${path}_scale/ConcatPartitions/concat`, width),
    bias: weights.tensor(`${path}_bias/ConcatPartitions/concat`, width),
  }
}

function normalise(workspace: Workspace, x: Float32Array, { scale, bias }: Norm): Float32Array {
  const width = scale.length
  const y = workspace.floats(x.length)
  for (let from = 0; from < x.length; from += width) {
    let sum = 0
    for (let j = 0; j < width; j++) sum += x[from + j] as number
    const mean = sum / width
    let squares = 0
    for (let j = 0; j < width; j++) {
      const centred = (x[from + j] as number) - mean
      squares += centred * centred
    }
    const inverse = 1 / Math.sqrt(squares / width + NORM_EPSILON)
    for (let j = 0; j < width; j++)
      y[from + j] = ((x[from + j] as number) - mean) * inverse * (scale[j] as number) + (bias[j] as number)
  }
  return y
}

function add(to: Float32Array, values: Float32Array): void {
  for (let i = 0; i < to.length; i++) to[i] = (to[i] as number) + (values[i] as number)
}

function rectify(values: Float32Array): void {
  for (let i = 0; i < values.length; i++) if ((values[i] as number) < 0) values[i] = 0
}

function meanOfRows(matrix: Float32Array, first: number, rows: number, width: number): Float32Array {
  const mean = new Float64Array(width)
  for (let t = first; t < first + rows; t++)
    for (let j = 0; j < width; j++) mean[j] = (mean[j] as number) + (matrix[t * width + j] as number)
  return Float32Array.from(mean, (sum) => sum / rows)
}
