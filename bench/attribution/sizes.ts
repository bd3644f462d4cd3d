/** What is measured. */
export interface Sizes {
  /** Rows of a row index. */
  readonly rows: number
  readonly dims: number
  /** Rows that an answer is explained by. */
  readonly top: number
  readonly gradients: number
  readonly width: number
  /** Rows among which near-copies are looked for. */
  readonly copies: number
}

export const SIZES: Sizes = {
  rows: 1_000_000,
  dims: 256,
  top: 16,
  gradients: 100_000,
  width: 512,
  copies: 4_800,
}
