/**
 * Handwriting that nobody wrote: ten digits as strokes, each bent, turned, slanted and blurred by a seeded source. Not MNIST, which
 * no package ships that could be pinned here, but as many pixels and classes and about as hard for a linear model.
 */
import { createRandom, type Random } from '../../pipeline/math/random.ts'

export interface Images {
  readonly n: number
  /** Pixels and a constant 1, which carries the biases. */
  readonly width: number
  /** (n, width), pixels standardised as dattri's are: mean 0.13 and deviation 0.31 of MNIST's. */
  readonly inputs: Float32Array
  readonly labels: Uint8Array
}

export const CLASSES = 10

type Point = readonly [x: number, y: number]

/** Strokes in a unit square, y downwards. */
const STROKES: readonly (readonly Point[])[][] = [
  [arc(0.5, 0.5, 0.27, 0.38, 0, 360)],
  [
    [
      [0.36, 0.28],
      [0.52, 0.12],
      [0.52, 0.88],
    ],
  ],
  [[...arc(0.5, 0.32, 0.25, 0.2, 180, 380), [0.26, 0.88], [0.78, 0.88]]],
  [[...arc(0.48, 0.31, 0.24, 0.19, 200, 440), ...arc(0.48, 0.69, 0.26, 0.2, 280, 520)]],
  [
    [
      [0.62, 0.9],
      [0.62, 0.1],
      [0.22, 0.62],
      [0.82, 0.62],
    ],
  ],
  [[[0.74, 0.12], [0.34, 0.12], [0.31, 0.46], ...arc(0.48, 0.66, 0.25, 0.22, 240, 500)]],
  [[[0.64, 0.1], [0.36, 0.42], ...arc(0.5, 0.67, 0.23, 0.21, 190, 550)]],
  [
    [
      [0.24, 0.13],
      [0.76, 0.13],
      [0.44, 0.9],
    ],
  ],
  [arc(0.5, 0.3, 0.2, 0.18, 90, 450), arc(0.5, 0.69, 0.24, 0.2, 270, 630)],
  [[...arc(0.5, 0.33, 0.22, 0.2, 20, 380), [0.7, 0.4], [0.6, 0.9]]],
]

function arc(x: number, y: number, rx: number, ry: number, from: number, to: number): readonly Point[] {
  const steps = Math.max(4, Math.round((to - from) / 30))
  return Array.from({ length: steps + 1 }, (_, i): Point => {
    const angle = ((from + ((to - from) * i) / steps) * Math.PI) / 180
    return [x + rx * Math.cos(angle), y + ry * Math.sin(angle)]
  })
}

/** `n` images of `side` × `side` pixels, classes in turn. */
export function drawDigits(n: number, side: number, seed: number, purpose: string): Images {
  const random = createRandom(seed, `digits ${purpose}`)
  const width = side * side + 1
  const inputs = new Float32Array(n * width)
  const labels = Uint8Array.from({ length: n }, (_, i) => i % CLASSES)
  for (let i = 0; i < n; i++) {
    const to = inputs.subarray(i * width, (i + 1) * width)
    drawDigit(to, STROKES[labels[i] as number] ?? [], side, random)
    to[width - 1] = 1
  }
  return { n, width, inputs, labels }
}

function drawDigit(to: Float32Array, strokes: readonly (readonly Point[])[], side: number, random: Random): void {
  const place = bend(random)
  const bent = strokes.map((stroke) => stroke.map(place))
  const thickness = 0.035 + 0.045 * random.uniform()
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const distance = nearest(bent, [(x + 0.5) / side, (y + 0.5) / side])
      const ink = Math.min(1, Math.max(0, 1.5 - distance / thickness))
      const speck = random.uniform() < 0.02 ? random.uniform() : 0
      to[y * side + x] = (Math.max(ink, speck) - 0.1307) / 0.3081
    }
  }
}

/** One hand: turned, slanted, stretched and moved, and every point a little off. */
function bend(random: Random): (point: Point) => Point {
  const around = (spread: number) => (2 * random.uniform() - 1) * spread
  const [turn, slant, x0, y0] = [around(0.35), around(0.35), around(0.1), around(0.1)]
  const [wide, high] = [0.85 + around(0.25), 0.85 + around(0.2)]
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)]
  return ([x, y]) => {
    const [u, v] = [wide * (x - 0.5) + slant * (0.5 - y), high * (y - 0.5)]
    return [0.5 + x0 + cos * u - sin * v + around(0.045), 0.5 + y0 + sin * u + cos * v + around(0.045)]
  }
}

function nearest(strokes: readonly (readonly Point[])[], at: Point): number {
  let least = Infinity
  for (const stroke of strokes)
    for (let i = 0; i + 1 < stroke.length; i++)
      least = Math.min(least, distanceTo(stroke[i] as Point, stroke[i + 1] as Point, at))
  return least
}

function distanceTo([x1, y1]: Point, [x2, y2]: Point, [x, y]: Point): number {
  const [dx, dy] = [x2 - x1, y2 - y1]
  const along = ((x - x1) * dx + (y - y1) * dy) / (dx * dx + dy * dy || 1)
  const t = Math.min(1, Math.max(0, along))
  return Math.hypot(x - x1 - t * dx, y - y1 - t * dy)
}
