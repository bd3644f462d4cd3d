/**
 * A network of linear layers with ReLU between them, trained by SGD. One layer is logistic regression.
 *
 *     a₀ = (pixels, 1)     z_l = W_l a_{l−1}     a_l = (max(0, z_l), 1)     p = softmax(z_L)
 *     margin = log p_y − log(1 − p_y)            what a model makes of an image (Park et al. 2023)
 *
 * W_l (out × (in + 1)), biases in the last column. Which rows are trained on is a mask over one order of batches, so that two
 * trainings differ in nothing but the rows.
 */
import { createRandom, shuffled } from '../../pipeline/math/random.ts'
import { CLASSES, type Images } from './digits.ts'

export interface Architecture {
  /** Widths of the hidden layers. */
  readonly hidden: readonly number[]
  readonly epochs: number
  readonly learningRate: number
  readonly momentum: number
}

/** W_l of every layer. */
export type Weights = readonly Float64Array[]

export interface Layer {
  readonly inputs: number
  readonly outputs: number
}

const BATCH = 64

export function layersOf({ hidden }: Architecture, width: number): readonly Layer[] {
  const outputs = [...hidden, CLASSES]
  return outputs.map((out, l) => ({ outputs: out, inputs: l === 0 ? width : (outputs[l - 1] as number) + 1 }))
}

export interface TrainOptions {
  readonly seed: number
  /** Rows that are trained on; all unless told. */
  readonly includes?: (row: number) => boolean
  /** Called after every epoch with weights that go on changing. */
  readonly onEpoch?: (epoch: number, weights: Weights) => void
}

export function train(images: Images, architecture: Architecture, options: TrainOptions): Weights {
  const { seed, includes = () => true, onEpoch } = options
  const layers = layersOf(architecture, images.width)
  const weights = initialise(layers, seed)
  const steps = weights.map((own) => new Float64Array(own.length))
  const gradients = weights.map((own) => new Float64Array(own.length))
  const pass = createPass(layers)
  const random = createRandom(seed, 'order of batches')
  const rows = Array.from({ length: images.n }, (_, row) => row)
  for (let epoch = 0; epoch < architecture.epochs; epoch++) {
    const order = shuffled(rows, random)
    for (let from = 0; from < order.length; from += BATCH) {
      const batch = order.slice(from, from + BATCH).filter(includes)
      if (batch.length === 0) continue
      for (const row of batch) {
        pass.forward(weights, rowOf(images, row))
        pass.backward(weights, lossDelta(pass.logits, images.labels[row] as number))
        pass.addTo(gradients)
      }
      descend(weights, steps, gradients, architecture, batch.length)
    }
    onEpoch?.(epoch, weights)
  }
  return weights
}

/** Uniform within ± 1/√in, as PyTorch's linear layers. */
function initialise(layers: readonly Layer[], seed: number): Weights {
  const random = createRandom(seed, 'initial weights')
  return layers.map(({ inputs, outputs }) => {
    const bound = 1 / Math.sqrt(inputs - 1)
    return Float64Array.from({ length: inputs * outputs }, () => (2 * random.uniform() - 1) * bound)
  })
}

function descend(
  weights: Weights,
  steps: Weights,
  gradients: Weights,
  { learningRate, momentum }: Architecture,
  rows: number,
): void {
  for (const [l, own] of weights.entries()) {
    const [step, gradient] = [steps[l] as Float64Array, gradients[l] as Float64Array]
    for (let i = 0; i < own.length; i++) {
      const moved = momentum * (step[i] as number) + (gradient[i] as number) / rows
      step[i] = moved
      own[i] = (own[i] as number) - learningRate * moved
      gradient[i] = 0
    }
  }
}

export interface Pass {
  readonly logits: Float64Array
  /** By layer, what went in and the gradient at what came out: their outer product is the gradient of W_l. */
  readonly inputs: readonly Float64Array[]
  readonly deltas: readonly Float64Array[]
  readonly forward: (weights: Weights, input: Float32Array) => void
  readonly backward: (weights: Weights, delta: Float64Array) => void
  readonly addTo: (gradients: Weights) => void
}

/** Buffers of one image's way through the network and back. */
export function createPass(layers: readonly Layer[]): Pass {
  const inputs = layers.map((layer) => new Float64Array(layer.inputs))
  const deltas = layers.map((layer) => new Float64Array(layer.outputs))
  const logits = new Float64Array(CLASSES)
  const last = layers.length - 1
  return {
    logits,
    inputs,
    deltas,
    forward(weights, input) {
      inputs[0]?.set(input)
      for (let l = 0; l <= last; l++) {
        const [a, w] = [inputs[l] as Float64Array, weights[l] as Float64Array]
        const next = l === last ? logits : (inputs[l + 1] as Float64Array)
        const outputs = deltas[l]?.length ?? 0
        for (let o = 0, at = 0; o < outputs; o++) {
          let sum = 0
          for (let i = 0; i < a.length; i++, at++) sum += (w[at] as number) * (a[i] as number)
          next[o] = l === last ? sum : Math.max(0, sum)
        }
        if (l < last) next[outputs] = 1
      }
    },
    backward(weights, delta) {
      deltas[last]?.set(delta)
      for (let l = last; l > 0; l--) {
        const [d, w, a] = [deltas[l] as Float64Array, weights[l] as Float64Array, inputs[l] as Float64Array]
        const below = (deltas[l - 1] as Float64Array).fill(0)
        for (let o = 0; o < d.length; o++) {
          const from = o * a.length
          const x = d[o] as number
          for (let i = 0; i < below.length; i++) below[i] = (below[i] as number) + x * (w[from + i] as number)
        }
        for (let i = 0; i < below.length; i++) if (!((a[i] as number) > 0)) below[i] = 0
      }
    },
    addTo(gradients) {
      for (let l = 0; l <= last; l++) {
        const [g, d, a] = [gradients[l] as Float64Array, deltas[l] as Float64Array, inputs[l] as Float64Array]
        for (let o = 0, at = 0; o < d.length; o++) {
          const x = d[o] as number
          for (let i = 0; i < a.length; i++, at++) g[at] = (g[at] as number) + x * (a[i] as number)
        }
      }
    },
  }
}

export function rowOf({ inputs, width }: Images, row: number): Float32Array {
  return inputs.subarray(row * width, (row + 1) * width)
}

export function softmax(logits: Float64Array): Float64Array {
  const highest = Math.max(...logits)
  const raised = logits.map((z) => Math.exp(z - highest))
  const sum = raised.reduce((all, x) => all + x, 0)
  return raised.map((x) => x / sum)
}

/** ∂ −log p_y / ∂z = p − e_y */
export function lossDelta(logits: Float64Array, label: number): Float64Array {
  const delta = softmax(logits)
  delta[label] = (delta[label] as number) - 1
  return delta
}

/** ∂ margin / ∂z: 1 of the label, and of the others minus their softmax among themselves. */
export function marginDelta(logits: Float64Array, label: number): Float64Array {
  const others = logits.slice()
  others[label] = -Infinity
  const delta = softmax(others).map((p) => -p)
  delta[label] = 1
  return delta
}

/** Margins of the images for these labels (n). */
export function margins(weights: Weights, images: Images, layers: readonly Layer[], labels: Uint8Array): Float64Array {
  const pass = createPass(layers)
  return Float64Array.from({ length: images.n }, (_, i) => {
    pass.forward(weights, rowOf(images, i))
    const label = labels[i] as number
    const others = pass.logits.filter((_, c) => c !== label)
    const highest = Math.max(...others)
    return (
      (pass.logits[label] as number) - highest - Math.log(others.reduce((sum, z) => sum + Math.exp(z - highest), 0))
    )
  })
}

/** The likeliest class of every image (n). */
export function predictions(weights: Weights, images: Images, layers: readonly Layer[]): Uint8Array {
  const pass = createPass(layers)
  return Uint8Array.from({ length: images.n }, (_, i) => {
    pass.forward(weights, rowOf(images, i))
    return pass.logits.indexOf(Math.max(...pass.logits))
  })
}
