// How fast a node may be asked, found out and not known beforehand. Two sizes are held back: calls a
// second, and calls in one request. Each follows the answers, as TCP follows a line:
//
//   refused    size' = half; `refusedAt` remembers the size that was too much
//   answered   size' doubles, or goes half-way to what was refused, and stops just below it
//
// A request with more calls than any that was answered is refused for its size, as far as anyone can
// tell; any other for its rate. What was refused is tried again later, each time later: first after 30 seconds, at last half an
// hour. Calls a second are unlimited until a node objects, or as many as were set.

/** A size between 1 and `most`. */
export interface Limit {
  readonly size: number
  readonly most: number
  readonly refused: { readonly at: number; readonly patienceMs: number; readonly until: number } | undefined
}

export interface Pace {
  readonly perSecond: Limit
  readonly together: Limit
  /** The most calls in a request that was answered. */
  readonly proven: number
  /** The highest rate at which a request was answered lately. */
  readonly provenRate: { readonly perSecond: number; readonly until: number }
  /** Nothing is asked before. */
  readonly restUntil: number
  /** Whole requests refused in a row. */
  readonly refusals: number
  /** What was sent before this was answered by an earlier lowering. */
  readonly loweredAt: number
  readonly grownAt: number
  /** Calls that may be sent at once, as of `creditAt`. */
  readonly credit: number
  readonly creditAt: number
}

const FIRST_PATIENCE_MS = 30_000
const LONGEST_PATIENCE_MS = 30 * 60_000
/** The rate grows this often at most. */
const GROWTH_MS = 1_000
const LEAST_PER_SECOND = 0.5
/** How long a rate that was answered says that it is not too high. */
const PROVEN_MS = 60_000
/** After so many whole requests in a row, size and rate are both lowered. */
const REFUSALS_OF_BOTH = 8

/** @param perSecond The most calls a second, where they are set. */
export function paceOf(perSecond: number = Number.POSITIVE_INFINITY): Pace {
  const unlimited = { size: Number.POSITIVE_INFINITY, most: Number.POSITIVE_INFINITY, refused: undefined }
  return {
    perSecond: { size: perSecond, most: perSecond, refused: undefined },
    together: unlimited,
    proven: 0,
    provenRate: { perSecond: 0, until: Number.NEGATIVE_INFINITY },
    restUntil: Number.NEGATIVE_INFINITY,
    refusals: 0,
    loweredAt: Number.NEGATIVE_INFINITY,
    grownAt: Number.NEGATIVE_INFINITY,
    credit: 1,
    creditAt: 0,
  }
}

/** After a request of `calls` was answered, and `recent` calls were sent within the second before. */
export function paceAnswered(pace: Pace, calls: number, recent: number, now: number): Pace {
  const together = calls >= Math.floor(pace.together.size) ? grown(pace.together, now) : pace.together
  // A rate that is not used says nothing about a higher one.
  const isUsed = creditAt(pace, now) < burstOf(pace) / 2
  const grows = isUsed && now >= pace.grownAt + GROWTH_MS && now >= pace.loweredAt + GROWTH_MS
  const perSecond = grows ? grown(pace.perSecond, now) : pace.perSecond
  const proven = Math.max(pace.proven, calls)
  const provenRate = recent >= provenRateAt(pace, now) ? { perSecond: recent, until: now + PROVEN_MS } : pace.provenRate
  return { ...pace, together, perSecond, proven, provenRate, grownAt: grows ? now : pace.grownAt, refusals: 0 }
}

function provenRateAt({ provenRate }: Pace, now: number): number {
  return now < provenRate.until ? provenRate.perSecond : 0
}

export interface Refused {
  /** When the request was sent. */
  readonly sentAt: number
  /** In the request, and how many of them were answered all the same. */
  readonly calls: number
  readonly answered: number
  /** Calls sent within the second before the refusal. */
  readonly recent: number
  /** How long to rest. */
  readonly restMs: number
}

/** After a request, or some calls of it, were refused as too many. */
export function paceRefused(pace: Pace, refused: Refused, now: number): Pace {
  const restUntil = Math.max(pace.restUntil, now + refused.restMs)
  const refusals = refused.answered > 0 ? 0 : pace.refusals + 1
  // Requests that were under way together are refused together, and lower the pace once.
  if (refused.sentAt < pace.loweredAt) return { ...pace, restUntil, refusals }
  const { calls, answered, recent } = refused
  const isOfSize = answered === 0 && calls > Math.max(1, pace.proven)
  // Half of a rate that was just answered is not too fast: some nodes refuse now and then, however slowly they are asked.
  const isSlow = recent <= provenRateAt(pace, now) / 2
  const isOfRate = (!isOfSize && !isSlow) || refusals >= REFUSALS_OF_BOTH
  const rate = Math.min(pace.perSecond.size, Math.max(1, recent))
  return {
    ...pace,
    perSecond: isOfRate ? lowered(pace.perSecond, rate, LEAST_PER_SECOND, now) : pace.perSecond,
    together: calls > 1 && (isOfSize || answered > 0) ? lowered(pace.together, calls, 1, now) : pace.together,
    restUntil,
    refusals,
    loweredAt: now,
  }
}

/** After a request of `calls` was too large, or failed in a way that a smaller one may not. */
export function batchRefused(pace: Pace, calls: number, now: number): Pace {
  if (calls < 2 || calls > pace.together.size) return pace
  return { ...pace, together: lowered(pace.together, calls, 1, now) }
}

/** How many of `wanted` calls may be sent in one request now; 0 while the node is to be left alone. */
export function callsAllowed(pace: Pace, wanted: number, now: number): number {
  if (now < pace.restUntil) return 0
  const together = Math.min(wanted, Math.floor(pace.together.size))
  if (pace.perSecond.size === Number.POSITIVE_INFINITY) return together
  const worthwhile = Math.min(together, burstOf(pace))
  return creditAt(pace, now) >= worthwhile ? worthwhile : 0
}

/** How long until `callsAllowed` may give more than 0. */
export function msUntilAllowed(pace: Pace, wanted: number, now: number): number {
  const rest = Math.max(0, pace.restUntil - now)
  if (pace.perSecond.size === Number.POSITIVE_INFINITY) return rest
  const missing = Math.min(wanted, Math.floor(pace.together.size), burstOf(pace)) - creditAt(pace, now)
  return Math.max(rest, (1_000 * missing) / pace.perSecond.size, 1)
}

/** After `calls` were sent. */
export function paceSent(pace: Pace, calls: number, now: number): Pace {
  if (pace.perSecond.size === Number.POSITIVE_INFINITY) return { ...pace, credit: 1, creditAt: now }
  return { ...pace, credit: creditAt(pace, now) - calls, creditAt: now }
}

/** A quarter of a second's calls may go out at once: more would be too many for a strict counter. */
function burstOf({ perSecond }: Pace): number {
  return Math.max(1, Math.floor(perSecond.size / 4))
}

function creditAt(pace: Pace, now: number): number {
  return Math.min(burstOf(pace), pace.credit + ((now - pace.creditAt) * pace.perSecond.size) / 1_000)
}

function lowered(limit: Limit, at: number, least: number, now: number): Limit {
  // Longer each time that a trial of more failed.
  const { patienceMs: before = FIRST_PATIENCE_MS, until = now + 1 } = limit.refused ?? {}
  const patienceMs = now >= until ? Math.min(2 * before, LONGEST_PATIENCE_MS) : before
  return { ...limit, size: Math.max(least, at / 2), refused: { at, patienceMs, until: now + patienceMs } }
}

function grown(limit: Limit, now: number): Limit {
  const { size, most, refused } = limit
  if (refused === undefined || size >= most) return limit
  // Beyond what was refused: it was the moment's limit, and not the node's.
  if (size > refused.at) return size >= 1_024 ? { ...limit, size: most, refused: undefined } : doubled(limit)
  if (now >= refused.until) return doubled(limit)
  const gap = refused.at - size
  return gap * 8 <= refused.at ? limit : { ...limit, size: Math.min(most, size + gap / 2, size * 2) }
}

function doubled(limit: Limit): Limit {
  return { ...limit, size: Math.min(limit.most, limit.size * 2) }
}
