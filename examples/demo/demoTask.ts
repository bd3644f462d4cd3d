import type { LocalAccount } from 'viem'
import { type Split, splitTask } from '../../pipeline/train/tasks/split.ts'
import type { Task } from '../../pipeline/train/tasks/task.ts'
import { taskNamed } from '../../pipeline/train/tasks/tasks.ts'
import { placesOf, type TaskPlaces } from './places.ts'
import type { DemoSettings, TaskScenario } from './settings.ts'
import type { Wallets } from './wallets.ts'

/** One of the demo's models: what it is trained to tell apart, whose items it is trained on, and where its files are. */
export interface DemoTask {
  readonly task: Task
  readonly scenario: TaskScenario
  readonly split: Split
  /** Who brings the items of each contributor of the split. */
  readonly holders: readonly LocalAccount[]
  readonly places: TaskPlaces
}

export function demoTasks(settings: DemoSettings, { contributors }: Wallets): readonly DemoTask[] {
  let taken = 0
  return settings.tasks.map((scenario): DemoTask => {
    const task = taskNamed(scenario.task)
    const holders = contributors.slice(taken, taken + scenario.contributors)
    taken += scenario.contributors
    const split = splitTask(task, { ...scenario, seed: settings.seed })
    return { task, scenario, split, holders, places: placesOf(settings, task.name) }
  })
}

export function contributorsOf({ tasks }: Pick<DemoSettings, 'tasks'>): number {
  return tasks.reduce((sum, { contributors }) => sum + contributors, 0)
}

/** All texts that a task needs encoded. */
export function textsOf({ split }: DemoTask): readonly string[] {
  return [...split.contributors.flatMap(({ items }) => items), ...split.heldOut].map(({ text }) => text)
}
