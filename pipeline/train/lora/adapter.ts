/**
 * What is trained: a LoRA pair (Hu et al., 2021) on each of the two last layers, and a two-class head.
 *
 *     W' = W + s·B·A,   s = alpha / rank       A (rank, inputs),  B (outputs, rank)
 *
 * B starts at zero, so that training begins at the base; A and the head start uniform in ±1/√inputs, as PEFT and
 * torch.nn.Linear have it.
 */
import { createRandom } from '../../math/random.ts'

export const RANK = 8
export const ALPHA = 16
export const SCALE: number = ALPHA / RANK
export const HIDDEN = 1536
export const WIDTH = 512
export const CLASSES = 2

export const ADAPTER_SHAPES = {
  feedForwardA: [RANK, HIDDEN],
  feedForwardB: [WIDTH, RANK],
  projectionA: [RANK, WIDTH],
  projectionB: [WIDTH, RANK],
  headWeight: [CLASSES, WIDTH],
  headBias: [CLASSES],
} as const

export type ParameterName = keyof typeof ADAPTER_SHAPES
export const PARAMETERS = Object.keys(ADAPTER_SHAPES) as readonly ParameterName[]
export const HEAD_PARAMETERS: readonly ParameterName[] = ['headWeight', 'headBias']

export type Adapter = Readonly<Record<ParameterName, Float32Array>>

export function parameterLength(name: ParameterName): number {
  return ADAPTER_SHAPES[name].reduce((product: number, size) => product * size, 1)
}

/** One array for each parameter, in fresh memory or in that of `allocate`. */
export function createAdapter(allocate = (length: number): Float32Array => new Float32Array(length)): Adapter {
  return Object.fromEntries(PARAMETERS.map((name) => [name, allocate(parameterLength(name)).fill(0)])) as Adapter
}

export function copyAdapter(from: Adapter, to: Adapter): void {
  for (const name of PARAMETERS) to[name].set(from[name])
}

export function initialAdapter(seed: number): Adapter {
  const adapter = createAdapter()
  for (const [name, inputs] of [
    ['feedForwardA', HIDDEN],
    ['projectionA', WIDTH],
    ['headWeight', WIDTH],
  ] as const) {
    const { uniform } = createRandom(seed, `initial ${name}`)
    const bound = 1 / Math.sqrt(inputs)
    const values = adapter[name]
    for (let i = 0; i < values.length; i++) values[i] = (2 * uniform() - 1) * bound
  }
  return adapter
}
