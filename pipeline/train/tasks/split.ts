/**
 * Deals a task's corpus out to contributors, by a seed: most are honest, with more or less of the classes in the list's second half
 * among their items; the last four flip labels, near-copy another contributor, write word salad, and bring outliers. The held-out items
 * belong to nobody.
 */
import { StopError } from '../../../sdk/errors.ts'
import { createRandom, type Random, shuffled } from '../../math/random.ts'
import { flipLabel, garble, nearCopy, wordSalad } from './alterations.ts'
import type { Item } from './item.ts'
import type { Classes, Task } from './task.ts'

export type ContributorKind = 'honest' | 'flipped' | 'copied' | 'noise' | 'outlier'

export interface DealtItem extends Item {
  /** What was done to this very item: 70 % of what the flipping contributor brings is honest. */
  readonly kind: ContributorKind
}

export interface Contributor {
  readonly name: string
  readonly kind: ContributorKind
  /** The name of the contributor that this one near-copies. */
  readonly copies?: string
  readonly items: readonly DealtItem[]
}

export interface Split {
  readonly contributors: readonly Contributor[]
  readonly heldOut: readonly Item[]
}

export interface SplitSettings {
  readonly seed: number
  /** Training rows over all contributors, or all that the corpus has. */
  readonly rows: number | 'all'
  readonly heldOut: number
  /** 40 unless told; at least 8. */
  readonly contributors?: number
}

/** Items not dealt yet, by the half of the list that their class is in. */
interface Pools {
  readonly first: Item[]
  readonly second: Item[]
}

const DEFAULT_CONTRIBUTORS = 40
const FEWEST_CONTRIBUTORS = 8
/** Which honest contributor is copied: an early one, so that it is accepted before its copier. */
const COPIED_CONTRIBUTOR = 5
const LABELS_FLIPPED = 0.3
const PLAIN_WORD = /\b[a-z]{2,16}\b/gi
const LAST_FOUR: readonly ContributorKind[] = ['flipped', 'copied', 'noise', 'outlier']

export function splitTask(task: Task, settings: SplitSettings): Split {
  return dealItems(task.load(), task.classes, settings)
}

/** As `splitTask`, over a corpus that is given. */
export function dealItems(corpus: readonly Item[], classes: Classes, settings: SplitSettings): Split {
  const { seed, heldOut, contributors: count = DEFAULT_CONTRIBUTORS } = settings
  const deck = shuffled(corpus, createRandom(seed, 'held out'))
  const dealt = deck.slice(heldOut)
  const sizes = planSizes(settings, count, dealt.length)
  const late: ReadonlySet<string> = new Set(classes.slice(Math.ceil(classes.length / 2)))
  const isLate = (label: string): boolean => late.has(label)
  const pools: Pools = {
    first: dealt.filter(({ label }) => !isLate(label)),
    second: dealt.filter(({ label }) => isLate(label)),
  }
  const vocabulary = [...new Set(dealt.slice(0, 2000).flatMap(({ text }) => text.match(PLAIN_WORD) ?? []))]
  const share = pools.second.length / dealt.length

  const contributors: Contributor[] = []
  for (const [i, size] of sizes.entries()) {
    const random = createRandom(seed, `contributor ${i}`)
    const name = `contributor-${String(i + 1).padStart(2, '0')}`
    const kind = LAST_FOUR[i - (count - LAST_FOUR.length)] ?? 'honest'
    const source = contributors[COPIED_CONTRIBUTOR]
    if (kind === 'copied' && source !== undefined) {
      const items = Array.from({ length: size }, (_, k) => {
        const original = source.items[k % source.items.length] as DealtItem
        return { ...nearCopy(original, random), kind }
      })
      contributors.push({ name, kind, copies: source.name, items })
    } else if (kind === 'noise') {
      contributors.push({
        name,
        kind,
        items: Array.from({ length: size }, () => ({ ...wordSalad(vocabulary, classes, random), kind })),
      })
    } else {
      const items = dealHand(pools, size, share, random).map((item) => alter(item, kind, classes, random))
      contributors.push({ name, kind, items })
    }
  }
  return { contributors, heldOut: deck.slice(0, heldOut) }
}

function alter(item: Item, kind: ContributorKind, classes: Classes, random: Random): DealtItem {
  if (kind === 'outlier') return { ...garble(item, random), kind }
  if (kind === 'flipped' && random.uniform() < LABELS_FLIPPED) return { ...flipLabel(item, classes), kind }
  return { ...item, kind: 'honest' }
}

/** Draws a contributor's own share of the second half of the classes, a fifth to nine fifths of the corpus', and deals while items last. */
function dealHand(pools: Pools, size: number, share: number, random: Random): readonly Item[] {
  const ownShare = share * (0.2 + 1.6 * random.uniform())
  const hand: Item[] = []
  for (let k = 0; k < size; k++) {
    const [wanted, other] = random.uniform() < ownShare ? [pools.second, pools.first] : [pools.first, pools.second]
    const item = wanted.pop() ?? other.pop()
    if (item !== undefined) hand.push(item)
  }
  return hand
}

/**
 * How many rows each contributor brings: honest ones between half and three halves of the mean, the last four and
 * the one that is copied the mean.
 */
function planSizes({ seed, rows, heldOut }: SplitSettings, count: number, available: number): readonly number[] {
  if (count < FEWEST_CONTRIBUTORS)
    throw new StopError(`${count} contributors are too few`, {}, `Ask for ${FEWEST_CONTRIBUTORS} or more.`)
  // Near-copies and word salad use up no items, so a little more can be dealt than the corpus has.
  const most = Math.floor((available * count) / (count - 2))
  const total = rows === 'all' ? most : rows
  if (!Number.isInteger(total) || total < count || total > most)
    throw new StopError(
      `The corpus has no ${total} rows for ${count} contributors beside ${heldOut} held-out items`,
      {},
      `Ask for ${count} to ${most} rows, or for fewer held-out items.`,
    )
  const random = createRandom(seed, 'sizes')
  const mean = total / count
  const weights = Array.from({ length: count }, (_, i) => {
    const isHonest = i < count - LAST_FOUR.length
    return isHonest && i !== COPIED_CONTRIBUTOR ? 0.5 + random.uniform() : 1
  })
  const honestMean = average(weights)
  return apportion(
    weights.map((weight) => (weight / honestMean) * mean),
    total,
  )
}

/** Rounds shares to integers of at least one that sum to the total: cumulative rounding. */
function apportion(shares: readonly number[], total: number): readonly number[] {
  const sum = shares.reduce((a, b) => a + b, 0)
  let running = 0
  let given = 0
  return shares.map((share) => {
    running += share
    const upTo = Math.round((running / sum) * total)
    const size = Math.max(1, upTo - given)
    given += size
    return size
  })
}

const average = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length
