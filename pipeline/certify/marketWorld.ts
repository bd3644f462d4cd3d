/**
 * A world whose contributors differ as they do on a market: in how much they bring, what it is about, and how well it is labelled.
 *
 *     size     lognormal, σ = 1, at least 6 rows
 *     topic    80 % of a contributor's rows are of one of 8 topics: groups of the base's own embeddings
 *     noise    a quarter of the contributors flip 10 to 50 % of their labels
 *
 * The other splits, in which contributors are alike but for the last four, are the harder ones to tell apart.
 */

import { createRandom, type Random, shuffled } from '../math/random.ts'
import { groupsOf } from '../statistics/kMeans.ts'
import { loadAdaptedLayers } from '../train/base/adaptedLayers.ts'
import { extractFeatures, type FeatureOptions } from '../train/features/extractFeatures.ts'
import { flipLabel } from '../train/tasks/alterations.ts'
import type { Item } from '../train/tasks/item.ts'
import type { Contributor, DealtItem, Split } from '../train/tasks/split.ts'
import type { Task } from '../train/tasks/task.ts'

export interface MarketSettings {
  readonly seed: number
  readonly rows: number
  readonly heldOut: number
  readonly contributors: number
}

const FEWEST_ROWS = 6
const TOPICS = 8
const OWN_TOPIC = 0.8
const NOISY = 0.25
const LEAST_NOISE = 0.1
const MOST_NOISE = 0.5
/** Texts to deal from, beside those that are dealt: so that topics do not run out. */
const SPARE = 1.4

export async function dealMarket(
  task: Task,
  { seed, rows, heldOut, contributors: count }: MarketSettings,
  features: Omit<FeatureOptions, 'precision'>,
): Promise<Split> {
  const deck = shuffled(task.load(), createRandom(seed, 'held out'))
  const pool = deck.slice(heldOut, heldOut + Math.ceil(SPARE * rows))
  const topics = await topicsOf(pool, seed, features)
  const random = createRandom(seed, 'market')
  const sizes = drawSizes(count, rows, random)
  const noisy = new Set(shuffled([...sizes.keys()], random).slice(0, Math.round(NOISY * count)))
  const byTopic = topics.map((items) => shuffled(items, random))
  const contributors = sizes.map((size, i): Contributor => {
    const noise = noisy.has(i) ? LEAST_NOISE + (MOST_NOISE - LEAST_NOISE) * random.uniform() : 0
    const own = random.below(TOPICS)
    const items = Array.from({ length: size }, (): DealtItem | undefined => {
      const item = drawItem(byTopic, random.uniform() < OWN_TOPIC ? own : undefined, random)
      if (item === undefined) return undefined
      const isFlipped = random.uniform() < noise
      return isFlipped ? { ...flipLabel(item, task.classes), kind: 'flipped' } : { ...item, kind: 'honest' }
    }).filter((item) => item !== undefined)
    return {
      name: `trader-${String(i + 1).padStart(2, '0')}`,
      kind: noise > 0 ? 'flipped' : 'honest',
      items,
    }
  })
  return { contributors, heldOut: deck.slice(0, heldOut) }
}

async function topicsOf(
  pool: readonly Item[],
  seed: number,
  options: Omit<FeatureOptions, 'precision'>,
): Promise<readonly (readonly Item[])[]> {
  const features = await extractFeatures(
    pool.map(({ text }) => text),
    { ...options, precision: 'nf4' },
  )
  const { h0 } = loadAdaptedLayers('nf4').frozenOutputs(features)
  const width = h0.length / pool.length
  const points = pool.map((_, i) => h0.subarray(i * width, (i + 1) * width))
  const groups = groupsOf(points, TOPICS, createRandom(seed, 'topics'))
  return Array.from({ length: TOPICS }, (_, topic) => pool.filter((_, i) => groups[i] === topic))
}

/** Lognormal shares of the rows, each rounded. */
function drawSizes(count: number, rows: number, random: Random): readonly number[] {
  const weights = Array.from({ length: count }, () => Math.exp(gaussian(random)))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return weights.map((weight) => Math.max(FEWEST_ROWS, Math.round((weight / total) * rows)))
}

/** Takes an item of a topic, or of any by how many are left; of any too where the topic has run out. */
function drawItem(byTopic: readonly Item[][], topic: number | undefined, random: Random): Item | undefined {
  const own = topic === undefined ? undefined : byTopic[topic]?.pop()
  if (own !== undefined) return own
  const left = byTopic.reduce((sum, items) => sum + items.length, 0)
  if (left === 0) return undefined
  let at = random.below(left)
  const found = byTopic.find((items) => {
    at -= items.length
    return at < 0
  })
  return found?.pop()
}

/** Box and Muller (1958). */
function gaussian(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform())
}
