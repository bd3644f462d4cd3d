/**
 * What contributors and payers may try, each from a seed. An attack says what an attacker's own contribution becomes, what is
 * contributed besides under other names, after everybody else, and which calls the attacker pays for.
 */
import { StopError } from '../../sdk/errors.ts'
import { createRandom, type Random } from '../train/math/random.ts'
import { flipLabel, garble, nearCopy, wordSalad } from '../train/tasks/alterations.ts'
import type { Item } from '../train/tasks/item.ts'
import { paraphrase } from './paraphrase.ts'
import type { Attacker, Scene } from './scene.ts'
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
  readonly move: (attacker: Attacker, scene: Scene, random: Random) => Moves
}

/** A twentieth of what was earned before: less than retraining alone moves one contributor's pay. */
const NO_GAIN = 1.05
/** Who pays for calls to earn from them should be left with less. */
const LOSS = 1

const NAMES = 4
const REPEATS = 3
const LABELS_FLIPPED = 0.3
/** Calls that one attacker pays for. */
const PAID_CALLS = 10
/** Rows that a colluding contributor writes around each text that the payer will ask about: as many as an answer credits. */
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
    title: 'near copies of somebody else’s rows',
    most: NO_GAIN,
    move: ({ items, victim }, _, random) => ({ added: asManyAs(items, victim).map((item) => nearCopy(item, random)) }),
  },
  {
    name: 'near-copy-own',
    title: 'near copies of own rows under another name',
    most: NO_GAIN,
    move: ({ items }, _, random) => ({ added: items.map((item) => nearCopy(item, random)) }),
  },
  {
    name: 'near-repeat',
    title: 'near copies of own rows in one contribution',
    most: NO_GAIN,
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
    title: 'own rows under four names',
    most: NO_GAIN,
    move: ({ items }) => ({ own: inParts(items, NAMES) }),
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
    most: NO_GAIN,
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
    title: 'own rows again with flipped labels',
    move: ({ items }, { task }) => ({ added: items.map((item) => flipLabel(item, task.classes)) }),
  },
  {
    name: 'noise-added',
    title: 'as many rows of word salad more',
    move: ({ items }, { task, vocabulary }, random) => ({
      added: items.map(() => wordSalad(vocabulary, task.classes, random)),
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

/** The scene's world once all of its attackers have made this attack's moves. */
export function attackedWorld(scene: Scene, { name, move }: Attack): World {
  const moves = scene.attackers.map((attacker, i) => move(attacker, scene, createRandom(scene.seed, `${name} ${i}`)))
  const { contributions, calls } = scene.peaceful
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

/** As many of the items as `measure` has entries, from the start again where they run out. */
function asManyAs(measure: readonly unknown[], items: readonly Item[]): readonly Item[] {
  return measure.map((_, i) => items[i % items.length] as Item)
}

function inParts(items: readonly Item[], parts: number): readonly (readonly Item[])[] {
  const size = Math.ceil(items.length / parts)
  return Array.from({ length: parts }, (_, i) => items.slice(i * size, (i + 1) * size)).filter(
    ({ length }) => length > 0,
  )
}
