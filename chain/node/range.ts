// How many blocks to ask for at once. Nodes limit blocks, logs, bytes or time, and may not say
// which; a chain is dense in one place and empty in another. So the size follows the answers, and
// remembers refusals:
//
//   answered  size' = size · target / weight, at most doubled, and half-way to the refused size where that would reach it
//   refused   size' = the limit that the node names, else the last size that succeeded, else half
//
// A refused size is retried later, since the place may have been dense; each time later, since it
// may be the node's limit.

export interface Range {
  readonly size: bigint
  /** The upper limit. */
  readonly most: bigint
  /** The last size that succeeded. */
  readonly good: bigint
  readonly refused: Refused | undefined
}

interface Refused {
  readonly size: bigint
  /** How many stretches to wait before it is retried. */
  readonly patience: number
  readonly untilTried: number
}

/** Small, so that the first answer comes soon and shows how dense the chain is. */
const FIRST_SIZE = 64n
const FIRST_PATIENCE = 64
const LONGEST_PATIENCE = 4_096

export function rangeUpTo(most: bigint): Range {
  return { size: lower(FIRST_SIZE, most), most, good: 1n, refused: undefined }
}

/** After `asked` blocks came: `weight` and `target` have the same unit, such as bytes. */
export function rangeAfter(range: Range, asked: bigint, weight: number, target: number): Range {
  const refused = rememberedAfter(range.refused, asked)
  // A stretch that ended at the chain's head says nothing about longer ones.
  if (asked < lower(range.size, range.most)) return { ...range, refused }
  const fitting = BigInt(Math.ceil((Number(asked) * target) / Math.max(weight, 1)))
  const wanted = atLeastOne(lower(lower(fitting, 2n * asked), range.most))
  return { ...range, size: below(refused, asked, wanted), good: asked, refused }
}

/** After a node refused `asked` blocks at once; `named` is the limit that it gave, if any. */
export function rangeRefused(range: Range, asked: bigint, named?: bigint): Range {
  const limit = named !== undefined && named < asked ? named : undefined
  const went = range.good < asked ? range.good : 1n
  const size = limit ?? higher(asked / 2n, went)
  const { patience } = range.refused ?? { patience: FIRST_PATIENCE / 2 }
  const longer = Math.min(2 * patience, LONGEST_PATIENCE)
  return {
    ...range,
    size: atLeastOne(lower(size, range.size)),
    good: went,
    refused: { size: limit === undefined ? asked : limit + 1n, patience: longer, untilTried: longer },
  }
}

function rememberedAfter(refused: Refused | undefined, asked: bigint): Refused | undefined {
  // The refused size now succeeds: it was the place's limit, not the node's.
  if (refused === undefined || asked >= refused.size) return undefined
  return { ...refused, untilTried: refused.untilTried - 1 }
}

/**
 * As near to `wanted` as the refused size allows. The last few blocks are not worth another
 * refusal.
 */
function below(refused: Refused | undefined, now: bigint, wanted: bigint): bigint {
  if (refused === undefined || refused.untilTried < 0 || wanted < refused.size) return wanted
  const gap = refused.size - now
  return gap * 8n <= refused.size ? now : now + gap / 2n
}

function atLeastOne(size: bigint): bigint {
  return higher(size, 1n)
}

function lower(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}

function higher(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}
