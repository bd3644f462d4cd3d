import { StopError } from '../../../sdk/errors.ts'
import { MAIL } from './mail/mail.ts'
import { SPEECHES } from './speeches/speeches.ts'
import type { Task } from './task.ts'

/** Every task, by its name. */
const TASKS: readonly Task[] = [MAIL, SPEECHES]

export function taskNamed(name: string): Task {
  const task = TASKS.find((one) => one.name === name)
  if (task !== undefined) return task
  const names = TASKS.map((one) => one.name).join(', ')
  throw new StopError(`There is no task "${name}"`, { tasks: names }, 'Name one of the tasks.')
}
