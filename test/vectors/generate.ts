import { writeFileSync } from 'node:fs'
import { bookPayVectors, querySumVectors } from './books.ts'
import { digestVectors } from './digests.ts'
import { contributionVectors, journalVectors, merkleVectors } from './hashes.ts'
import { modelDigestVectors } from './modelDigests.ts'
import { batchVectors, commitmentVectors, refusalVectors } from './records.ts'
import { sketchVectors } from './sketches.ts'
import { orderedMerkleVectors, rowIndexVectors } from './trees.ts'
import {
  capVectors,
  fixedWeightVectors,
  multiplierVectors,
  nearCopyVectors,
  unitPlanVectors,
  unitVectors,
} from './units.ts'

/** Every vector file by name. `node test/vectors/generate.ts` writes them; a test holds the files to this. */
export function vectorFiles(): Readonly<Record<string, unknown>> {
  return {
    'sketches.json': sketchVectors(),
    'merkle.json': merkleVectors(),
    'contributions.json': contributionVectors(),
    'journal.json': journalVectors(),
    'batches.json': batchVectors(),
    'refusals.json': refusalVectors(),
    'commitments.json': commitmentVectors(),
    'digests.json': digestVectors(),
    'modelDigests.json': modelDigestVectors(),
    'multipliers.json': multiplierVectors(),
    'caps.json': capVectors(),
    'nearCopies.json': nearCopyVectors(),
    'unitPlans.json': unitPlanVectors(),
    'units.json': unitVectors(),
    'fixedWeights.json': fixedWeightVectors(),
    'querySums.json': querySumVectors(),
    'bookPays.json': bookPayVectors(),
    'orderedMerkle.json': orderedMerkleVectors(),
    'rowIndexes.json': rowIndexVectors(),
  }
}

/** One case a line, so that a change shows in a diff as the cases that changed. */
export function serialise(cases: unknown): string {
  const lines = (cases as readonly unknown[]).map((entry) => JSON.stringify(entry))
  return `[\n${lines.join(',\n')}\n]\n`
}

if (import.meta.main) {
  for (const [name, cases] of Object.entries(vectorFiles())) {
    writeFileSync(new URL(name, import.meta.url), serialise(cases))
  }
}
