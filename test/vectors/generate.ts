import { writeFileSync } from 'node:fs'
import * as z from 'zod'
import { receiptSchema } from '../../sdk/receipt.ts'
import { bookPayVectors, querySumVectors } from './books.ts'
import { digestVectors } from './digests.ts'
import { contributionVectors, journalVectors, merkleVectors } from './hashes.ts'
import { modelDigestVectors } from './modelDigests.ts'
import { receiptVectors } from './receipts.ts'
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

const receipts = await receiptVectors()

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
    'receipts.json': receipts,
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

/** The schema that docs/receipt.schema.json publishes. */
export function receiptJsonSchema(): string {
  const title = 'A receipt: what an operator signs with every answer'
  const schema = { ...z.toJSONSchema(receiptSchema, { io: 'input' }), title }
  return `${JSON.stringify(schema, null, 2)}\n`
}

if (import.meta.main) {
  for (const [name, cases] of Object.entries(vectorFiles())) {
    writeFileSync(new URL(name, import.meta.url), serialise(cases))
  }
  writeFileSync(new URL('../../docs/receipt.schema.json', import.meta.url), receiptJsonSchema())
}
