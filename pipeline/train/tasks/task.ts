/** What the embedded pipeline can be trained to tell apart: two classes of texts, and the corpus that they come from. */
import { StopError } from '../../../sdk/errors.ts'
import type { CorpusSource } from './corpusFiles.ts'
import type { Item } from './item.ts'

/** Log-odds above zero stand for the second class. */
export type Classes = readonly [first: string, second: string]

/** What items are labelled with: all that training and certifying ask of a task. */
export interface Labelling {
  readonly name: string
  readonly classes: Classes
  /** What a model of this task is called, and what it reads. */
  readonly title: string
  readonly plural: string
}

export interface Task extends Labelling {
  readonly source: CorpusSource
  /** All usable texts, none twice, in the corpus' own order. */
  readonly load: () => readonly Item[]
}

/** A corpus that is read, checked and cleaned at the first call alone. */
export function readOnce(load: () => readonly Item[]): Task['load'] {
  let items: readonly Item[] | undefined
  return () => (items ??= load())
}

/** 1 for each item of the second class and 0 for each of the first. */
export function labelsOf({ name, classes }: Labelling, items: readonly Item[]): Uint8Array {
  return Uint8Array.from(items, ({ label }, i) => {
    const at = classes.indexOf(label)
    if (at >= 0) return at
    throw new StopError(
      `Item ${i} is of no class of the task "${name}"`,
      { label, classes: classes.join(', ') },
      'Label every item with one of the two classes, or train for the task that the items belong to.',
    )
  })
}
