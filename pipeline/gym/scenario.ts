/**
 * The world before anybody attacks: a task's corpus dealt out to contributors, with a few of the honest ones who are about to.
 * They attack at the same time, each with what is theirs, so one retraining tells of all of them.
 */
import { StopError } from '../../sdk/errors.ts'
import { createRandom, shuffled } from '../math/random.ts'
import type { Item } from '../train/tasks/item.ts'
import { type Contributor, dealItems } from '../train/tasks/split.ts'
import type { Task } from '../train/tasks/task.ts'
import type { World, WorldContribution } from './world.ts'

export interface ScenarioSettings {
  readonly seed: number
  readonly rows: number
  readonly calls: number
  readonly contributors: number
  readonly attackers: number
}

export interface Attacker {
  /** Its contribution's place in the order of acceptance. */
  readonly place: number
  readonly items: readonly Item[]
  /** Items of an honest contributor whom nobody else copies. */
  readonly victim: readonly Item[]
  /** As many texts of the corpus as it has items, that nobody was dealt. */
  readonly fresh: readonly Item[]
  /** A few of the texts that will be asked about, with their true labels. */
  readonly leaked: readonly Item[]
}

export interface Scenario {
  readonly task: Task
  readonly seed: number
  readonly peaceful: World
  readonly attackers: readonly Attacker[]
  /** Words of the corpus. */
  readonly vocabulary: readonly string[]
}

/** Of the calls, those whose texts each attacker knows beforehand. */
const LEAKED_SHARE = 0.025
const PLAIN_WORD = /\b[a-z]{2,16}\b/gi

export function drawScenario(task: Task, corpus: readonly Item[], settings: ScenarioSettings): Scenario {
  const { seed, rows, calls, contributors: count } = settings
  const { contributors, heldOut } = dealItems(corpus, task.classes, { seed, rows, heldOut: calls, contributors: count })
  const random = createRandom(seed, 'attackers')
  const honest = shuffled(
    contributors.flatMap((contributor, place) =>
      isFree(contributor, contributors) ? [{ ...contributor, place }] : [],
    ),
    random,
  )
  const dealt = new Set([...contributors.flatMap(({ items }) => items), ...heldOut].map(({ text }) => text))
  const undealt = shuffled(
    corpus.filter(({ text }) => !dealt.has(text)),
    random,
  )
  const asked = shuffled(heldOut, random)
  const leaks = Math.max(1, Math.round(calls * LEAKED_SHARE))
  const attackers: Attacker[] = []
  const ownerOf = new Map<number, number>()
  for (let i = 0; i < settings.attackers; i++) {
    const attacker = honest[2 * i]
    const victim = honest[2 * i + 1]
    if (attacker === undefined || victim === undefined)
      throw new StopError(
        'There are too few honest contributors for so many attackers and their victims',
        { attackers: settings.attackers, most: Math.floor(honest.length / 2) },
        'Ask for fewer attackers.',
      )
    ownerOf.set(attacker.place, i)
    attackers.push({
      place: attacker.place,
      items: attacker.items,
      victim: victim.items,
      fresh: undealt.splice(0, attacker.items.length),
      leaked: asked.splice(0, leaks),
    })
  }
  return {
    task,
    seed,
    attackers,
    peaceful: {
      contributions: contributors.map(
        ({ items, kind }, place): WorldContribution => ({
          owner: ownerOf.get(place) ?? 'others',
          isHonest: kind === 'honest',
          items,
        }),
      ),
      calls: heldOut.map(({ text }) => ({ text, payer: 'others' })),
    },
    vocabulary: [...new Set(corpus.slice(0, 2000).flatMap(({ text }) => text.match(PLAIN_WORD) ?? []))],
  }
}

/** Honest, and not copied by the copier that every split has. */
function isFree({ name, kind }: Contributor, all: readonly Contributor[]): boolean {
  return kind === 'honest' && all.every(({ copies }) => copies !== name)
}
