import type { CompiledQuery, Kysely, RawBuilder } from 'kysely'
import type { Database } from '../../store/schema.ts'
import { weighted } from '../http/weighted.ts'
import type { AsOf } from './asOf.ts'

/** What differs between two statements of one text: the answer's block, and the parents' values of a scope. */
export interface Filling {
  readonly at: AsOf
  readonly arrays: readonly unknown[]
}

/** Where a statement's text has a parameter that each request fills. */
class Slot {
  readonly of: (filling: Filling) => unknown
  constructor(of: (filling: Filling) => unknown) {
    this.of = of
  }
}

/** Any block: SQL takes its parts as parameters, and nothing else looks at them. */
export const anyBlock = {
  block: new Slot(({ at }) => at.block),
  hash: new Slot(({ at }) => at.hash),
  timestamp: new Slot(({ at }) => at.timestamp),
  time: new Slot(({ at }) => at.time),
  pinned: false,
} as unknown as AsOf

/** The values of a scope's column, whatever they are. */
export function anyValues(i: number): unknown {
  return new Slot(({ arrays }) => arrays[i])
}

/** Statements whose text is put together and compiled once; which takes longer than to run most of them. */
export interface Templates {
  fill(db: Kysely<Database>, name: string, make: () => RawBuilder<unknown>, filling: Filling): CompiledQuery<unknown>
}

const MOST_TEMPLATES = 300

export function templates(): Templates {
  const known = weighted<CompiledQuery>({ most: 4 * MOST_TEMPLATES, count: MOST_TEMPLATES, weigh: () => 1 })
  return {
    fill: (db, name, make, filling) => {
      const found = known.get(name) ?? make().compile(db)
      known.set(name, found)
      const parameters = found.parameters.map((one) => (one instanceof Slot ? one.of(filling) : one))
      return { ...found, parameters } satisfies CompiledQuery
    },
  }
}
