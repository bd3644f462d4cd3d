import type { BookPayment } from './bookPayment.ts'
import { type Lru, lru } from './lru.ts'
import type { ModelUnits } from './modelUnits.ts'
import { type RowExplainer, rowExplainer } from './rowExplainer.ts'

/** Cached computations over one history and its files. */
export interface Computed {
  readonly units: Lru<ModelUnits>
  /** Sums of batches as recorded. */
  readonly sums: Lru<Uint32Array>
  /** By book and block hash. */
  readonly payments: Lru<BookPayment>
  readonly rows: RowExplainer
}

/** @param place Where files are: a folder, an address, or nowhere. */
export function computedBy(place: string | undefined): Computed {
  return { units: lru(16), sums: lru(20_000), payments: lru(200), rows: rowExplainer(place) }
}
