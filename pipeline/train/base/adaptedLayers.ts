/**
 * The two last layers of the base, which carry the adapters, on pooled features:
 *
 *     z₀ (n, 512) = residual + W₂ hidden + b₂          h₀ (n, 512) = Wₚ z₀ + bₚ
 *
 * Both are linear in the features, so a fine-tune needs them once per text.
 */
import { createWorkspace } from '../kernels.ts'
import { HIDDEN_WIDTH, RESIDUAL_WIDTH, type TextFeatures } from './encoder.ts'
import { loadLinearLayers, type Precision } from './layers.ts'
import { loadBaseWeights } from './weights.ts'

const TEXTS_PER_PASS = 512
const WORKSPACE_MEBIBYTES = 32

export interface FrozenOutputs {
  readonly count: number
  /** (n, 1536) */
  readonly hidden: Float32Array
  /** (n, 512) */
  readonly z0: Float32Array
  /** (n, 512) */
  readonly h0: Float32Array
}

export interface AdaptedLayers {
  readonly frozenOutputs: (features: readonly TextFeatures[]) => FrozenOutputs
  /** Wₚ (512, 512), as the precision has it. */
  readonly sentenceProjection: Float32Array
}

export function loadAdaptedLayers(precision: Precision): AdaptedLayers {
  const workspace = createWorkspace(WORKSPACE_MEBIBYTES)
  const layers = loadLinearLayers(loadBaseWeights(), precision, workspace, [
    'layers.1.feed_forward.output',
    'sentence_projection',
  ])
  return {
    sentenceProjection: layers.weightOf('sentence_projection'),
    frozenOutputs: (features) => {
      const count = features.length
      const hidden = stack(features, 'hidden', HIDDEN_WIDTH)
      const z0 = stack(features, 'residual', RESIDUAL_WIDTH)
      const h0 = new Float32Array(count * RESIDUAL_WIDTH)
      for (let from = 0; from < count; from += TEXTS_PER_PASS) {
        const rows = Math.min(TEXTS_PER_PASS, count - from)
        const passOf = (matrix: Float32Array, width: number): Float32Array =>
          matrix.subarray(from * width, (from + rows) * width)
        workspace.scoped(() => {
          const fed = layers.apply('layers.1.feed_forward.output', workspace.copyOf(passOf(hidden, HIDDEN_WIDTH)), rows)
          const z = workspace.copyOf(passOf(z0, RESIDUAL_WIDTH))
          for (let i = 0; i < z.length; i++) z[i] = (z[i] as number) + (fed[i] as number)
          z0.set(z, from * RESIDUAL_WIDTH)
          h0.set(layers.apply('sentence_projection', z, rows), from * RESIDUAL_WIDTH)
        })
      }
      return { count, hidden, z0, h0 }
    },
  }
}

function stack(features: readonly TextFeatures[], part: keyof TextFeatures, width: number): Float32Array {
  const matrix = new Float32Array(features.length * width)
  for (const [i, text] of features.entries()) matrix.set(text[part], i * width)
  return matrix
}
