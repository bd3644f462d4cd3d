/**
 * The attack gym: every attack in every scenario, beside the same scenario at peace. Worlds at peace are settled first, because some
 * attackers sort their rows by what was seen there.
 */
import type { SketchManifest } from '../run/manifest.ts'
import { extractFeatures } from '../train/features/extractFeatures.ts'
import type { OnProgress } from '../train/progress.ts'
import type { Item } from '../train/tasks/item.ts'
import type { Task } from '../train/tasks/task.ts'
import { type Attack, attackedWorld } from './attacks.ts'
import type { Balance } from './gain.ts'
import type { LedgerFigures } from './ledgerAttacks.ts'
import type { KnownItem } from './ownItems.ts'
import { PAY_RULES } from './payRules.ts'
import { drawScenario, type Scenario, type ScenarioSettings } from './scenario.ts'
import { settleAll, type WorldToSettle } from './settleAll.ts'
import type { Outcome } from './settleWorld.ts'
import type { World } from './world.ts'

export interface GymSettings extends Omit<ScenarioSettings, 'seed'> {
  readonly tasks: readonly Task[]
  readonly seeds: readonly number[]
  readonly attacks: readonly Attack[]
  readonly maxTokens: number
  readonly sketch: SketchManifest
}

export interface GymFolders {
  /** Frozen features. */
  readonly cache: string
  /** Outcomes of worlds. */
  readonly worlds: string
}

/** All attackers of one attack on one task, under one rule. */
export interface Bout {
  readonly task: string
  readonly attack: string
  readonly rule: string
  readonly balances: readonly Balance[]
  /** Of an attack that hurts. */
  readonly victims: readonly Balance[]
}

export interface GymResult {
  readonly bouts: readonly Bout[]
  /** Attacks on the books of worlds at peace, one a seed. */
  readonly ledger: readonly { readonly task: string; readonly figures: readonly LedgerFigures[] }[]
  /** Of the rows that honest contributors brought, the part that is dropped while nobody attacks. */
  readonly dropped: readonly { readonly task: string; readonly honest: number }[]
}

/** One scenario with the outcomes of its world at peace and of its attacked ones, in the order of the attacks. */
interface Settled {
  readonly scenario: Scenario
  readonly peace: Outcome
  readonly attacked: readonly { readonly attack: Attack; readonly world: World; readonly outcome: Outcome }[]
}

export async function runGym(settings: GymSettings, folders: GymFolders, onProgress: OnProgress): Promise<GymResult> {
  const { tasks, seeds, attacks } = settings
  const scenarios = tasks.flatMap((task) => {
    const corpus = task.load()
    return seeds.map((seed) => drawScenario(task, corpus, { ...settings, seed }))
  })
  const settle = settlerOf(settings, folders, onProgress)
  const atPeace = await settle(
    scenarios.map((scenario) => ({ scenario, world: scenario.peaceful })),
    true,
  )
  const staged = scenarios.map((scenario, at) => {
    const known = knownTo(scenario, atPeace[at] as Outcome)
    return { scenario, worlds: attacks.map((attack) => attackedWorld(scenario, attack, known)) }
  })
  const outcomes = await settle(
    staged.flatMap(({ scenario, worlds }) => worlds.map((world) => ({ scenario, world }))),
    false,
  )
  const settled = staged.map(
    ({ scenario, worlds }, at): Settled => ({
      scenario,
      peace: atPeace[at] as Outcome,
      attacked: attacks.map((attack, i) => ({
        attack,
        world: worlds[i] as World,
        outcome: outcomes[at * attacks.length + i] as Outcome,
      })),
    }),
  )
  const ofTask = (task: Task) => settled.filter(({ scenario }) => scenario.task === task)
  return {
    bouts: tasks.flatMap((task) => boutsOf(ofTask(task), task, attacks)),
    ledger: tasks.map(({ name }, at) => ({
      task: name,
      figures: ofTask(tasks[at] as Task).flatMap(({ peace }) => (peace.ledger === null ? [] : [peace.ledger])),
    })),
    dropped: tasks.map((task) => ({ task: task.name, honest: honestDropped(ofTask(task)) })),
  }
}

type Staged = { readonly scenario: Scenario; readonly world: World }

function settlerOf({ maxTokens, sketch }: GymSettings, { cache, worlds: folder }: GymFolders, onProgress: OnProgress) {
  return async (staged: readonly Staged[], isPeaceful: boolean): Promise<readonly Outcome[]> => {
    // Here once for all, since encoders have threads of their own.
    const texts = new Set(staged.flatMap(({ world }) => textsOf(world)))
    await extractFeatures([...texts], { precision: 'nf4', maxTokens, cacheFolder: cache, onProgress })
    const all = staged.map(
      ({ scenario, world }): WorldToSettle => ({
        task: scenario.task.name,
        seed: scenario.seed,
        world,
        isPeaceful,
        sketch,
        cacheFolder: cache,
        maxTokens,
      }),
    )
    return settleAll(all, { folder, onProgress })
  }
}

function textsOf({ contributions, calls }: World): readonly string[] {
  return [...contributions.flatMap(({ items }): readonly Pick<Item, 'text'>[] => items), ...calls].map(
    ({ text }) => text,
  )
}

/** What each attacker's rows did in the world at peace. */
function knownTo({ attackers, peaceful }: Scenario, { seen }: Outcome): readonly (readonly KnownItem[])[] {
  const startOf = peaceful.contributions.map((_, place, all) =>
    all.slice(0, place).reduce((sum, { items }) => sum + items.length, 0),
  )
  return attackers.map(({ place, items }) =>
    items.map((item, i) => {
      const row = (startOf[place] as number) + i
      return { item, selfInfluence: seen?.selfInfluence[row] ?? 0, term: seen?.terms[row] ?? 0 }
    }),
  )
}

function boutsOf(settled: readonly Settled[], task: Task, attacks: readonly Attack[]): readonly Bout[] {
  return attacks.flatMap(({ name, hurts }, at) =>
    PAY_RULES.map(({ name: rule }): Bout => {
      const each = settled.map(({ scenario, peace, attacked }) => ({
        scenario,
        peace,
        ...(attacked[at] as Settled['attacked'][number]),
      }))
      return {
        task: task.name,
        attack: name,
        rule,
        balances: each.flatMap(({ scenario, peace, world, outcome }) =>
          scenario.attackers.map(
            (_, attacker): Balance => ({
              before: paidTo(attacker, scenario.peaceful, peace, rule),
              earned: paidTo(attacker, world, outcome, rule),
              paid: world.calls.filter(({ payer }) => payer === attacker).length,
            }),
          ),
        ),
        victims:
          hurts === undefined
            ? []
            : each.flatMap(({ scenario, peace, world, outcome }) =>
                scenario.attackers.map(
                  ({ victim }): Balance => ({
                    before: paidFor(victim, scenario.peaceful, peace, rule),
                    earned: paidFor(victim, world, outcome, rule),
                    paid: 0,
                  }),
                ),
              ),
      }
    }),
  )
}

function paidTo(attacker: number, { contributions }: World, { paid }: Outcome, rule: string): number {
  const fees = paid[rule] ?? []
  return contributions.reduce((sum, { owner }, at) => sum + (owner === attacker ? (fees[at] as number) : 0), 0)
}

/** What the contribution of these very items is paid. */
function paidFor(items: readonly Item[], { contributions }: World, { paid }: Outcome, rule: string): number {
  return paid[rule]?.[contributions.findIndex((contribution) => contribution.items === items)] ?? 0
}

function honestDropped(settled: readonly Settled[]): number {
  let rows = 0
  let kept = 0
  for (const { scenario, peace } of settled)
    for (const [at, { isHonest, items }] of scenario.peaceful.contributions.entries()) {
      if (!isHonest) continue
      rows += items.length
      kept += peace.kept[at] as number
    }
  return 1 - kept / rows
}
