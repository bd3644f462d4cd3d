/** The attack gym: every attack in every scene, beside the same scene in peace. */
import { extractFeatures } from '../train/features/extractFeatures.ts'
import type { OnProgress } from '../train/progress.ts'
import type { Item } from '../train/tasks/item.ts'
import type { Task } from '../train/tasks/task.ts'
import { type Attack, attackedWorld } from './attacks.ts'
import { ENTRANCES } from './entrances.ts'
import type { Balance } from './gain.ts'
import type { Outcome } from './play.ts'
import { type Match, playAll } from './playAll.ts'
import { drawScene, type Scene, type SceneSettings } from './scene.ts'
import type { World } from './world.ts'

export interface GymSettings extends Omit<SceneSettings, 'seed'> {
  readonly tasks: readonly Task[]
  readonly seeds: readonly number[]
  readonly attacks: readonly Attack[]
  readonly maxTokens: number
}

export interface GymFolders {
  /** Frozen features. */
  readonly cache: string
  /** Outcomes of worlds. */
  readonly worlds: string
}

/** All attackers of one attack on one task, under one entrance. */
export interface Bout {
  readonly task: string
  readonly attack: string
  readonly entrance: string
  readonly balances: readonly Balance[]
}

/** What an entrance keeps out while nobody attacks. */
export interface Toll {
  readonly task: string
  readonly entrance: string
  /** Of the rows that honest contributors brought, the share that gets no leaf. */
  readonly honest: number
}

export interface GymResult {
  readonly bouts: readonly Bout[]
  readonly tolls: readonly Toll[]
}

/** One scene with the outcomes of its peaceful world and of its attacked ones, in the order of the attacks. */
interface Played {
  readonly scene: Scene
  readonly peace: Outcome
  readonly attacked: readonly { readonly attack: Attack; readonly world: World; readonly outcome: Outcome }[]
}

export async function runGym(
  settings: GymSettings,
  { cache, worlds: folder }: GymFolders,
  onProgress: OnProgress,
): Promise<GymResult> {
  const { tasks, seeds, attacks, maxTokens } = settings
  const scenes = tasks.flatMap((task) => {
    const corpus = task.load()
    return seeds.map((seed) => drawScene(task, corpus, { ...settings, seed }))
  })
  const staged = scenes.map((scene) => ({ scene, worlds: attacks.map((attack) => attackedWorld(scene, attack)) }))
  const matches = staged.flatMap(({ scene, worlds }) =>
    [scene.peaceful, ...worlds].map(
      (world): Match => ({ task: scene.task.name, seed: scene.seed, world, cacheFolder: cache, maxTokens }),
    ),
  )
  // Here once for all, since encoders have threads of their own.
  const texts = new Set(matches.flatMap(({ world }) => textsOf(world)))
  await extractFeatures([...texts], { precision: 'nf4', maxTokens, cacheFolder: cache, onProgress })
  const outcomes = await playAll(matches, { folder, onProgress })

  const each = attacks.length + 1
  const played = staged.map(({ scene, worlds }, at): Played => {
    const [peace, ...rest] = outcomes.slice(at * each, (at + 1) * each) as [Outcome, ...Outcome[]]
    return {
      scene,
      peace,
      attacked: attacks.map((attack, i) => ({ attack, world: worlds[i] as World, outcome: rest[i] as Outcome })),
    }
  })
  return {
    bouts: tasks.flatMap((task) =>
      boutsOf(
        played.filter(({ scene }) => scene.task === task),
        task,
        attacks,
      ),
    ),
    tolls: tasks.flatMap((task) =>
      tollsOf(
        played.filter(({ scene }) => scene.task === task),
        task,
      ),
    ),
  }
}

function textsOf({ contributions, calls }: World): readonly string[] {
  return [...contributions.flatMap(({ items }): readonly Pick<Item, 'text'>[] => items), ...calls].map(
    ({ text }) => text,
  )
}

function boutsOf(played: readonly Played[], task: Task, attacks: readonly Attack[]): readonly Bout[] {
  return attacks.flatMap(({ name }, at) =>
    ENTRANCES.map(
      (entrance): Bout => ({
        task: task.name,
        attack: name,
        entrance: entrance.name,
        balances: played.flatMap(({ scene, peace, attacked }) => {
          const { world, outcome } = attacked[at] as Played['attacked'][number]
          return scene.attackers.map(
            (_, attacker): Balance => ({
              before: earnedBy(attacker, scene.peaceful, peace, entrance.name),
              earned: earnedBy(attacker, world, outcome, entrance.name),
              paid: world.calls.filter(({ payer }) => payer === attacker).length,
            }),
          )
        }),
      }),
    ),
  )
}

function earnedBy(attacker: number, { contributions }: World, outcome: Outcome, entrance: string): number {
  const earned = outcome.earned[entrance]?.contributions ?? []
  return contributions.reduce((sum, { owner }, at) => sum + (owner === attacker ? (earned[at] as number) : 0), 0)
}

function tollsOf(played: readonly Played[], task: Task): readonly Toll[] {
  return ENTRANCES.map(({ name }) => {
    let rows = 0
    let out = 0
    for (const { scene, peace } of played)
      for (const [at, { isHonest, items }] of scene.peaceful.contributions.entries()) {
        if (!isHonest) continue
        rows += items.length
        out += peace.earned[name]?.keptOut[at] as number
      }
    return { task: task.name, entrance: name, honest: out / rows }
  })
}
