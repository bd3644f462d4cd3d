// How many blocks to ask for at once. Nodes limit blocks, logs, bytes or time, each in its own words or in none; chains are dense in
// one place and empty in another. So the size follows what came, and remembers what was refused:
//
//   came     size' = size · target / weight, at most doubled, and half-way to what was refused where that would reach it
//   refused  size' = what the node named, else the last size that went well, else half
//
// What was refused is tried again after a while, since it may have been the place; ever more rarely, since it may be the node.

export interface Range {
  readonly size: bigint
  /** Never asked for more, whatever comes. */
  readonly most: bigint
  /** The last size that went well. */
  readonly good: bigint
  readonly refused: Refused | undefined
}

interface Refused {
  readonly size: bigint
  /** How many stretches are to come before it is tried again. */
  readonly patience: number
  readonly untilTried: number
}

/** Small enough that the first answer is soon there and tells how dense the chain is. */
const FIRST_SIZE = 64n
const FIRST_PATIENCE = 64
const LONGEST_PATIENCE = 4_096

export function rangeUpTo(most: bigint): Range {
  return { size: lower(FIRST_SIZE, most), most, good: 1n, refused: undefined }
}

/** After `asked` blocks came, which weighed so much of what a stretch should weigh (both in bytes, say). */
export function rangeAfter(range: Range, asked: bigint, weight: number, target: number): Range {
  const refused = rememberedAfter(range.refused, asked)
  // A stretch that the chain's head cut short tells nothing of longer ones.
  if (asked < lower(range.size, range.most)) return { ...range, refused }
  const fitting = BigInt(Math.ceil((Number(asked) * target) / Math.max(weight, 1)))
  const wanted = atLeastOne(lower(lower(fitting, 2n * asked), range.most))
  return { ...range, size: below(refused, asked, wanted), good: asked, refused }
}

/** After a node would not give `asked` blocks at once; it may have named how many it would. */
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
  // What the node takes by now was the place's limit, not the node's.
  if (refused === undefined || asked >= refused.size) return undefined
  return { ...refused, untilTried: refused.untilTried - 1 }
}

/** As near to `wanted` as what was refused allows; the last few blocks are not worth another refusal. */
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
