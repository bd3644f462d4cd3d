/**
 * exp, log, tanh, sin, cos and the logistic function from + − · / √ alone.
 *
 * ECMAScript leaves the last bits of `Math.exp` and its kin to the engine, and they do differ between machines. The
 * operations used here are exact by IEEE 754, so every machine computes the same bits. Reductions and coefficients follow
 * fdlibm (Sun Microsystems, 1993); accuracy is a few units in the last place of float64, far beyond the float32 they feed.
 */

const LN2_HIGH = 0.6931471803691238
const LN2_LOW = 1.9082149292705877e-10
const INVERSE_LN2 = Math.LOG2E

const POWERS_OF_TWO = powersOfTwo()

/** 2^-1022 … 2^1023, by exact doubling and halving. */
function powersOfTwo(): Float64Array {
  const powers = new Float64Array(2046)
  powers[1022] = 1
  for (let e = 1; e <= 1023; e++) powers[1022 + e] = (powers[1021 + e] as number) * 2
  for (let e = 1; e <= 1022; e++) powers[1022 - e] = (powers[1023 - e] as number) / 2
  return powers
}

/** e^x; 0 below -708 and Infinity above 709, where float64 has nothing better of full precision. */
export function exp(x: number): number {
  if (Number.isNaN(x)) return x
  if (x > 709) return Number.POSITIVE_INFINITY
  if (x < -708) return 0
  // x = k·ln2 + r with |r| ≤ ln2 / 2; e^r by the rational form r + r·c / (2 − c).
  const k = Math.floor(x * INVERSE_LN2 + 0.5)
  const high = x - k * LN2_HIGH
  const low = k * LN2_LOW
  const r = high - low
  const t = r * r
  const c =
    r -
    t *
      (0.16666666666666602 +
        t *
          (-0.0027777777777015593 +
            t * (6.613756321437934e-5 + t * (-1.6533902205465252e-6 + t * 4.1381367970572385e-8))))
  const y = 1 - (low - (r * c) / (2 - c) - high)
  return y * (POWERS_OF_TWO[k + 1022] as number)
}

/** The natural logarithm of a positive, normal number; -Infinity at zero and NaN below it. */
export function log(x: number): number {
  if (!(x > 0)) return x === 0 ? Number.NEGATIVE_INFINITY : Number.NaN
  if (x === Number.POSITIVE_INFINITY) return x
  // x = 2^k · (1 + f) with √½ ≤ 1 + f < √2.
  let k = 0
  let m = x
  for (let step = 512; step >= 1; step /= 2) {
    const power = POWERS_OF_TWO[1022 + step] as number
    if (m >= power) {
      m /= power
      k += step
    } else if (m * power < 2) {
      m *= power
      k -= step
    }
  }
  if (m > Math.SQRT2) {
    m /= 2
    k += 1
  } else if (m < Math.SQRT1_2) {
    m *= 2
    k -= 1
  }
  const f = m - 1
  const s = f / (2 + f)
  const z = s * s
  const w = z * z
  const odd = w * (0.3999999999940942 + w * (0.22222198432149784 + w * 0.15313837699209373))
  const even = z * (0.6666666666666735 + w * (0.2857142874366239 + w * (0.1818357216161805 + w * 0.14798198605116586)))
  const half = (f * f) / 2
  return k * LN2_HIGH - (half - (s * (half + odd + even) + k * LN2_LOW) - f)
}

/** Exact to float64's absolute precision; for |x| far below 1 the relative error grows to 1e-16 / |x|. */
export function tanh(x: number): number {
  if (x < 0) return -tanh(-x)
  return 1 - 2 / (exp(2 * x) + 1)
}

/** 1 / (1 + e^-x) */
export function logistic(x: number): number {
  if (x >= 0) return 1 / (1 + exp(-x))
  const e = exp(x)
  return e / (1 + e)
}

export const sin = (x: number): number => byQuadrant(x, 0)

export const cos = (x: number): number => byQuadrant(x, 1)

const TWO_OVER_PI = 0.6366197723675814
const HALF_PI_HIGH = 1.5707963267341256
const HALF_PI_LOW = 6.077100506506192e-11
/** Positions in a text reach a few hundred; beyond this the two-part reduction would lose digits. */
const LARGEST_ANGLE = 100_000

/** sin(x + turn·π/2) */
function byQuadrant(x: number, turn: 0 | 1): number {
  if (!(Math.abs(x) <= LARGEST_ANGLE)) throw new RangeError(`An angle of ${x} lies outside ±${LARGEST_ANGLE}.`)
  const quadrant = Math.floor(x * TWO_OVER_PI + 0.5)
  const r = x - quadrant * HALF_PI_HIGH - quadrant * HALF_PI_LOW
  switch ((((quadrant + turn) % 4) + 4) % 4) {
    case 0:
      return sinNearZero(r)
    case 1:
      return cosNearZero(r)
    case 2:
      return -sinNearZero(r)
    default:
      return -cosNearZero(r)
  }
}

function sinNearZero(r: number): number {
  const z = r * r
  const tail =
    0.00833333333332249 +
    z * (-0.0001984126982985795 + z * (2.7557313707070068e-6 + z * (-2.5050760253406863e-8 + z * 1.58969099521155e-10)))
  return r + z * r * (-0.16666666666666632 + z * tail)
}

function cosNearZero(r: number): number {
  const z = r * r
  const tail =
    z *
    (0.0416666666666666 +
      z *
        (-0.001388888888887411 +
          z *
            (2.480158728947673e-5 +
              z * (-2.7557314351390663e-7 + z * (2.087572321298175e-9 - z * 1.1359647557788195e-11)))))
  return 1 - (z / 2 - z * tail)
}
