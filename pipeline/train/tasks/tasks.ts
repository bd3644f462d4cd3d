import { StopError } from '../../../sdk/errors.ts'
import { DEFINITIONS } from './definitions/definitions.ts'
import { MAIL } from './mail/mail.ts'
import { SPEECHES } from './speeches/speeches.ts'
import type { Classes, Labelling, Task } from './task.ts'
import { YEARS } from './years/years.ts'

/** Every task, by its name. */
const TASKS: readonly Task[] = [MAIL, SPEECHES, DEFINITIONS, YEARS]

export function taskNamed(name: string): Task {
  const task = TASKS.find((one) => one.name === name)
  if (task !== undefined) return task
  const names = TASKS.map((one) => one.name).join(', ')
  throw new StopError(`There is no task "${name}"`, { tasks: names }, 'Name one of the tasks.')
}

/** Contributors' own items, whatever they are labelled with. */
export function ownLabelling(classes: Classes): Labelling {
  return { name: 'own', classes, title: `Telling ${classes.join(' from ')}`, plural: 'texts' }
}

/** What a run's items are labelled with; a manifest that names no task is of mail. */
export function labellingOf({ task }: { readonly task?: Pick<Labelling, 'name' | 'classes'> | undefined }): Labelling {
  if (task === undefined) return MAIL
  return TASKS.find(({ name }) => name === task.name) ?? ownLabelling(task.classes)
}
