/** What the embedded pipeline can be trained to tell apart: classes of texts, and the corpus that they come from. */
import { StopError } from '../../../sdk/errors.ts'
import type { Scale } from '../lora/scale.ts'
import type { CorpusSource } from './corpusFiles.ts'
import type { Item } from './item.ts'

/** Two or more. Of two, log-odds above zero stand for the second. */
export type Classes = readonly [first: string, second: string, ...others: string[]]

/** What items are labelled with: all that training and certifying ask of a task. */
export interface Labelling {
  readonly name: string
  readonly classes: Classes
  /** Whether the classes are bins of a number, lowest first; they are not unless told. */
  readonly ordered?: boolean
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

export function scaleOf({
  classes,
  ordered = false,
}: {
  readonly classes: Classes
  readonly ordered?: boolean | undefined
}): Scale {
  return { classes: classes.length, ordered }
}

/** The place of each item's class. */
export function labelsOf({ name, classes }: Labelling, items: readonly Item[]): Uint8Array {
  return Uint8Array.from(items, ({ label }, i) => {
    const at = classes.indexOf(label)
    if (at >= 0) return at
    throw new StopError(
      `Item ${i} is of no class of the task "${name}"`,
      { label, classes: classes.join(', ') },
      'Label every item with one of the classes, or train for the task that the items belong to.',
    )
  })
}
