/**
 * What is trained: a LoRA pair (Hu et al., 2021) on each of the two last layers, and a head of two outputs or more.
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
/** Of the head, unless told: with two classes, or bins of a number, the second less the first is the log-odds. */
const TWO_OUTPUTS = 2

export const ADAPTER_SHAPES = {
  feedForwardA: [RANK, HIDDEN],
  feedForwardB: [WIDTH, RANK],
  projectionA: [RANK, WIDTH],
  projectionB: [WIDTH, RANK],
  headWeight: [TWO_OUTPUTS, WIDTH],
  headBias: [TWO_OUTPUTS],
} as const

export type ParameterName = keyof typeof ADAPTER_SHAPES
export const PARAMETERS = Object.keys(ADAPTER_SHAPES) as readonly ParameterName[]
export const HEAD_PARAMETERS: readonly ParameterName[] = ['headWeight', 'headBias']

export type Adapter = Readonly<Record<ParameterName, Float32Array>>

export function shapeOf(name: ParameterName, outputs: number = TWO_OUTPUTS): readonly number[] {
  const [first, ...others] = ADAPTER_SHAPES[name]
  return [HEAD_PARAMETERS.includes(name) ? outputs : first, ...others]
}

export function parameterLength(name: ParameterName, outputs: number = TWO_OUTPUTS): number {
  return shapeOf(name, outputs).reduce((product, size) => product * size, 1)
}

/** How many outputs an adapter's head has. */
export function outputsOf({ headBias }: Adapter): number {
  return headBias.length
}

/** One array for each parameter, in fresh memory or in that of `allocate`. */
export function createAdapter(
  outputs: number = TWO_OUTPUTS,
  allocate = (length: number): Float32Array => new Float32Array(length),
): Adapter {
  return Object.fromEntries(
    PARAMETERS.map((name) => [name, allocate(parameterLength(name, outputs)).fill(0)]),
  ) as Adapter
}

export function copyAdapter(from: Adapter, to: Adapter): void {
  for (const name of PARAMETERS) to[name].set(from[name])
}

export function initialAdapter(seed: number, outputs: number = TWO_OUTPUTS): Adapter {
  const adapter = createAdapter(outputs)
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
