/**
 * What contributors may try with their data, each from a seed. An attack says what an attacker's own contribution becomes, what is
 * contributed besides under other names, after everybody else, and which calls the attacker pays for. What may be tried with records
 * alone stands in `ledgerAttacks.ts`.
 */
import { StopError } from '../../sdk/errors.ts'
import { createRandom, type Random, shuffled } from '../math/random.ts'
import { flipLabel, garble, nearCopy, wordSalad } from '../train/tasks/alterations.ts'
import type { Item } from '../train/tasks/item.ts'
import { asManyAs, helpfulOf, inParts, inUnits, type KnownItem, sortedBy, UNIT_ROWS } from './ownItems.ts'
import { paraphrase } from './paraphrase.ts'
import type { Attacker, Scenario } from './scenario.ts'
import type { World } from './world.ts'

/** What an attacker does; what is left out stays as it was. */
interface Moves {
  /** The own contribution, in place of what it was: one part a name. */
  readonly own?: readonly (readonly Item[])[]
  /** A contribution under another name, accepted last. */
  readonly added?: readonly Item[]
  /** Texts to pay for. */
  readonly calls?: readonly string[]
}

export interface Attack {
  readonly name: string
  readonly title: string
  /** What the gain should not exceed; absent where it is only measured. */
  readonly most?: number | undefined
  /** Whether the tables show its victims' pay too. */
  readonly hurts?: true
  readonly move: (attacker: Attacker, scenario: Scenario, random: Random, known: readonly KnownItem[]) => Moves
}

/** A twentieth of what was earned before: less than retraining alone moves one contributor's pay. */
const NO_GAIN = 1.05
/** What near-copies gain at most, and names that are sorted by what their owner can know. */
const LITTLE_GAIN = 1.2
/** Who pays for calls to earn from them should be left with less. */
const LOSS = 1

const REPEATS = 3
const LABELS_FLIPPED = 0.3
/** Calls that one attacker pays for. */
const PAID_CALLS = 10
/** Rows that a colluding contributor writes around each text that the payer will ask about. */
const ROWS_A_CALL = 8

export const ATTACKS: readonly Attack[] = [
  {
    name: 'honest',
    title: 'none: as many honest rows more',
    move: ({ fresh }) => ({ added: fresh }),
  },
  {
    name: 'copy-other',
    title: 'exact copies of somebody else’s rows',
    most: NO_GAIN,
    move: ({ items, victim }) => ({ added: asManyAs(items, victim) }),
  },
  {
    name: 'copy-own',
    title: 'own rows again under another name',
    most: NO_GAIN,
    move: ({ items }) => ({ added: items }),
  },
  {
    name: 'repeat',
    title: 'own rows three times in one contribution',
    most: NO_GAIN,
    move: ({ items }) => ({ own: [Array.from({ length: REPEATS }, () => items).flat()] }),
  },
  {
    name: 'near-copy-other',
    title: 'near-copies of somebody else’s rows',
    most: LITTLE_GAIN,
    move: ({ items, victim }, _, random) => ({ added: asManyAs(items, victim).map((item) => nearCopy(item, random)) }),
  },
  {
    name: 'near-copy-own',
    title: 'near-copies of own rows under another name',
    most: LITTLE_GAIN,
    move: ({ items }, _, random) => ({ added: items.map((item) => nearCopy(item, random)) }),
  },
  {
    name: 'near-repeat',
    title: 'near-copies of own rows in one contribution',
    most: LITTLE_GAIN,
    move: ({ items }, _, random) => ({ own: [[...items, ...items.map((item) => nearCopy(item, random))]] }),
  },
  {
    name: 'paraphrase-other',
    title: 'somebody else’s rows in other words',
    move: ({ items, victim }, _, random) => ({
      added: asManyAs(items, victim).map((item) => paraphrase(item, random)),
    }),
  },
  {
    name: 'paraphrase-own',
    title: 'own rows in other words, in one contribution',
    move: ({ items }, _, random) => ({ own: [[...items, ...items.map((item) => paraphrase(item, random))]] }),
  },
  {
    name: 'split',
    title: 'own rows under names of 16 rows, at random',
    most: NO_GAIN,
    move: ({ items }, _, random) => ({ own: inUnits(shuffled(items, random)) }),
  },
  {
    name: 'split-self-influence',
    title: '… sorted by self-influence',
    most: LITTLE_GAIN,
    move: (_attacker, _scenario, _random, known) => ({ own: inUnits(sortedBy(known, 'selfInfluence')) }),
  },
  {
    name: 'split-oracle',
    title: '… sorted by an oracle',
    move: (_attacker, _scenario, _random, known) => ({ own: inUnits(sortedBy(known, 'term')) }),
  },
  {
    name: 'omit-oracle',
    title: 'leaving out the own rows that do harm, by an oracle',
    move: (_attacker, _scenario, _random, known) => ({ own: [helpfulOf(known)] }),
  },
  {
    name: 'shed-oracle',
    title: '… and bringing them under a small second name',
    move: (_attacker, _scenario, _random, known) => ({
      own: [helpfulOf(known)],
      added: sortedBy(known, 'term').slice(0, Math.max(1, known.length - helpfulOf(known).length)),
    }),
  },
  {
    name: 'small-names',
    title: 'own rows under names too small for a unit of their own',
    most: NO_GAIN,
    move: ({ items }) => ({ own: inParts(items, Math.ceil(items.length / (UNIT_ROWS - 1))) }),
  },
  {
    name: 'outlier',
    title: 'own rows made outliers',
    most: NO_GAIN,
    move: ({ items }, _, random) => ({ own: [items.map((item) => garble(item, random))] }),
  },
  {
    name: 'outlier-added',
    title: 'as many outliers more',
    most: LITTLE_GAIN,
    move: ({ items }, _, random) => ({ added: items.map((item) => garble(item, random)) }),
  },
  {
    name: 'label-noise',
    title: 'three in ten of the own labels flipped',
    most: NO_GAIN,
    move: ({ items }, { task }, random) => ({
      own: [items.map((item) => (random.uniform() < LABELS_FLIPPED ? flipLabel(item, task.classes) : item))],
    }),
  },
  {
    name: 'flipped-added',
    title: 'own rows again with flipped labels, under another name',
    most: LITTLE_GAIN,
    move: ({ items }, { task }) => ({ added: items.map((item) => flipLabel(item, task.classes)) }),
  },
  {
    name: 'noise-added',
    title: 'as many rows of word salad more, under another name',
    most: LITTLE_GAIN,
    move: ({ items }, { task, vocabulary }, random) => ({
      added: items.map(() => wordSalad(vocabulary, task.classes, random)),
    }),
  },
  {
    name: 'flipped-victim',
    title: 'a victim’s rows with flipped labels, under another name',
    hurts: true,
    most: LITTLE_GAIN,
    move: ({ items, victim }, { task }) => ({
      added: asManyAs(items, victim).map((item) => flipLabel(item, task.classes)),
    }),
  },
  {
    name: 'matching',
    title: 'rows that match texts known to be asked about',
    move: ({ leaked }) => ({ added: leaked }),
  },
  {
    name: 'wash',
    title: 'paying for calls with own texts',
    most: LOSS,
    move: ({ items }) => ({ calls: asManyAs(Array.from({ length: PAID_CALLS }), items).map(({ text }) => text) }),
  },
  {
    name: 'collusion',
    title: 'paying for calls that own rows were written for',
    most: LOSS,
    move: ({ items }, _, random) => {
      const asked = items.slice(0, Math.ceil(PAID_CALLS / 2))
      const added = asked.flatMap((item) => Array.from({ length: ROWS_A_CALL }, () => paraphrase(item, random)))
      return { added, calls: asManyAs(Array.from({ length: PAID_CALLS }), asked).map(({ text }) => text) }
    },
  },
]

export function attackNamed(name: string): Attack {
  const attack = ATTACKS.find((one) => one.name === name)
  if (attack !== undefined) return attack
  const names = ATTACKS.map((one) => one.name).join(', ')
  throw new StopError(`There is no attack "${name}"`, { attacks: names }, 'Name one of the attacks.')
}

/**
 * The scenario's world once all of its attackers have made this attack's moves.
 * @param known What each attacker knows of the own rows.
 */
export function attackedWorld(
  scenario: Scenario,
  { name, move }: Attack,
  known: readonly (readonly KnownItem[])[],
): World {
  const moves = scenario.attackers.map((attacker, i) =>
    move(attacker, scenario, createRandom(scenario.seed, `${name} ${i}`), known[i] ?? []),
  )
  const { contributions, calls } = scenario.peaceful
  return {
    contributions: [
      ...contributions.flatMap((contribution) => {
        const { owner } = contribution
        const own = owner === 'others' ? undefined : moves[owner]?.own
        return own?.map((items) => ({ owner, isHonest: false, items })) ?? [contribution]
      }),
      ...moves.flatMap(({ added }, owner) => (added === undefined ? [] : [{ owner, isHonest: false, items: added }])),
    ],
    calls: [...calls, ...moves.flatMap((made, payer) => (made.calls ?? []).map((text) => ({ text, payer })))],
  }
}
