import { croissantOf } from './croissant.ts'
import { cyclonedxOf } from './cyclonedx.ts'
import { modelCardOf } from './modelCard.ts'
import { spdxOf } from './spdx.ts'
import type { Subject } from './subject.ts'
import { trainingSummaryOf } from './trainingSummary.ts'

const json =
  (make: (subject: Subject) => object) =>
  (subject: Subject): string =>
    `${JSON.stringify(make(subject), null, 2)}\n`

/** Each format of document, from what the chain says. The same subject gives the same bytes. */
export const formats = {
  cyclonedx: json(cyclonedxOf),
  spdx: json(spdxOf),
  croissant: json(croissantOf),
  'model-card': modelCardOf,
  'ai-act': trainingSummaryOf,
} as const
export type DocumentFormat = keyof typeof formats

/** Which format a text is of, by what each must begin with; undefined for any other text. */
export function formatOf(text: string): DocumentFormat | undefined {
  if (text.startsWith('---\n')) return 'model-card'
  if (text.startsWith('# Public summary of training content')) return 'ai-act'
  if (/"bomFormat"\s*:\s*"CycloneDX"/.test(text)) return 'cyclonedx'
  if (/"https:\/\/spdx\.org\/rdf\//.test(text)) return 'spdx'
  return /"http:\/\/mlcommons\.org\/croissant\//.test(text) ? 'croissant' : undefined
}
