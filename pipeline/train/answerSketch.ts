/** An answer's sketches: one bit a dimension for the chain, int4 codes for the receipt. docs/protocol.md, "Sketches". */
import { oneBitSketch } from '../../attribution/querySketch.ts'
import { quantise } from '../../attribution/sketch.ts'
import { mapGradient, type Sketcher } from '../../attribution/sketcher.ts'

export interface AnswerSketch {
  /** One bit a dimension (k / 8 bytes). */
  readonly bits: Uint8Array
  /** int4 (k); each that is not 0 has the sign of its bit. */
  readonly codes: Int8Array
  /** What both were quantised from (k). */
  readonly mapped: Float32Array
}

/** @param gradient Projected gradient of the given answer's log-odds. */
export function sketchAnswer(sketcher: Sketcher, gradient: Float32Array): AnswerSketch {
  const mapped = mapGradient(sketcher, gradient, 1)
  return { bits: oneBitSketch(mapped), codes: quantise(mapped), mapped }
}
