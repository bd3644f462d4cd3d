/**
 * The base model's linear layers, W (outputs, inputs) as PyTorch stores them, in full precision or in NF4.
 * Biases, layer norms and embeddings stay in full precision, as bitsandbytes leaves them.
 */
import type { Strided, Workspace } from '../kernels.ts'
import { NF4_BLOCK, NF4_LEVELS, quantiseNf4 } from './nf4.ts'
import type { BaseWeights } from './weights.ts'

export type Precision = 'float32' | 'nf4'

const SHAPES = {
  'layers.0.attention.qkv': [
    256,
    768,
    'Layer_0/TransformerLayer/MultiheadAttention/qkv_transform_single',
    '/kernel/part_0',
  ],
  'layers.0.attention.output': [
    256,
    512,
    'Layer_0/TransformerLayer/MultiheadAttention/output_transform_single',
    '/kernel/part_0',
  ],
  'layers.0.residual': [256, 512, 'Layer_0/TransformerLayer/dense', '/kernel/ConcatPartitions/concat'],
  'layers.0.feed_forward.input': [512, 1536, 'Layer_0/TransformerLayer/FFN/conv1', '/Tensordot/Reshape_1'],
  'layers.0.feed_forward.output': [1536, 512, 'Layer_0/TransformerLayer/FFN/conv2', '/Tensordot/Reshape_1'],
  'layers.1.attention.qkv': [
    512,
    1536,
    'Layer_1/TransformerLayer/MultiheadAttention/qkv_transform_single',
    '/kernel/part_0',
  ],
  'layers.1.attention.output': [
    512,
    512,
    'Layer_1/TransformerLayer/MultiheadAttention/output_transform_single',
    '/kernel/part_0',
  ],
  'layers.1.feed_forward.input': [512, 1536, 'Layer_1/TransformerLayer/FFN/conv1', '/Tensordot/Reshape_1'],
  'layers.1.feed_forward.output': [1536, 512, 'Layer_1/TransformerLayer/FFN/conv2', '/Tensordot/Reshape_1'],
  sentence_projection: [512, 512, 'hidden_layers/tanh_layer_0', '/weights'],
} as const

export type LayerName = keyof typeof SHAPES

export interface LinearLayers {
  /** y (rows, outputs) = x (rows, inputs) · Wᵀ + bias, in fresh workspace memory. */
  readonly apply: (name: LayerName, x: Float32Array, rows: number) => Float32Array
  /** A copy of W (outputs, inputs), dequantised. */
  readonly weightOf: (name: LayerName) => Float32Array
  /** What the linear weights take on disk in this precision. */
  readonly storedBytes: number
}

interface Layer {
  readonly inputs: number
  readonly outputs: number
  readonly bias: Float32Array
  readonly weight: () => Float32Array
}

/** Loads the named layers, all by default; the others are not there to apply. */
export function loadLinearLayers(
  weights: BaseWeights,
  precision: Precision,
  workspace: Workspace,
  names: readonly LayerName[] = Object.keys(SHAPES) as LayerName[],
): LinearLayers {
  const largest = Math.max(...Object.values(SHAPES).map(([inputs, outputs]) => inputs * outputs))
  const scratch = precision === 'nf4' ? workspace.floats(largest) : undefined
  const levels = workspace.copyOf(NF4_LEVELS)
  let storedBytes = 0

  const load = (name: LayerName): Layer => {
    const [inputs, outputs, path, kernelEnd] = SHAPES[name]
    const size = inputs * outputs
    const kernel = transpose(weights.tensor(path + kernelEnd, size), inputs, outputs)
    const biasEnd = name === 'sentence_projection' ? '/bias' : '/bias/ConcatPartitions/concat'
    const bias = workspace.copyOf(weights.tensor(path + biasEnd, outputs))
    if (scratch === undefined) {
      storedBytes += kernel.byteLength
      const weight = workspace.copyOf(kernel)
      return { inputs, outputs, bias, weight: () => weight }
    }
    const quantised = quantiseNf4(kernel)
    storedBytes += quantised.storedBytes
    const codes = workspace.bytes(quantised.codes.length)
    codes.set(quantised.codes)
    const scales = workspace.copyOf(quantised.scales)
    const restored = scratch.subarray(0, size)
    const weight = (): Float32Array => {
      workspace.dequantise(codes, scales, levels, restored, NF4_BLOCK)
      return restored
    }
    return { inputs, outputs, bias, weight }
  }

  const layers = new Map(names.map((name) => [name, load(name)]))
  const layerOf = (name: LayerName): Layer => {
    const layer = layers.get(name)
    if (layer === undefined) throw new Error(`The layer ${name} was not loaded.`)
    return layer
  }

  return {
    storedBytes,
    weightOf: (name) => Float32Array.from(layerOf(name).weight()),
    apply: (name, x, rows) => {
      const { inputs, outputs, bias, weight } = layerOf(name)
      const y = workspace.floats(rows * outputs)
      workspace.multiplyTransposed(
        packed(x, inputs),
        packed(weight(), inputs),
        packed(y, outputs),
        rows,
        inputs,
        outputs,
      )
      addToEachRow(y, bias)
      return y
    },
  }
}

const packed = (data: Float32Array, stride: number): Strided => ({ data, stride })

function addToEachRow(matrix: Float32Array, row: Float32Array): void {
  const width = row.length
  for (let from = 0; from < matrix.length; from += width)
    for (let j = 0; j < width; j++) matrix[from + j] = (matrix[from + j] as number) + (row[j] as number)
}

/** (rows, columns) → (columns, rows) */
export function transpose(matrix: Float32Array, rows: number, columns: number): Float32Array {
  const turned = new Float32Array(matrix.length)
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) turned[j * rows + i] = matrix[i * columns + j] as number
  return turned
}
