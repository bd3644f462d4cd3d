/**
 * How old is it: passages of all State of the Union addresses, 1790 to 2021, by their decade. A number, not a name: the decades are
 * bins of the year, and a guess counts by how far it is off (lora/scale.ts, "ordered").
 */
import { z } from 'zod'
import { readCorpusFiles } from '../corpusFiles.ts'
import type { Item } from '../item.ts'
import { passagesOf } from '../speeches/passages.ts'
import { SPEECHES } from '../speeches/speeches.ts'
import { readOnce, type Task } from '../task.ts'
import { withoutRepeats } from '../withoutRepeats.ts'

const FIRST_DECADE = 1790
const LAST_DECADE = 2020
const DECADES = Array.from({ length: (LAST_DECADE - FIRST_DECADE) / 10 + 1 }, (_, i) => `${FIRST_DECADE + 10 * i}s`)

export const YEARS: Task = {
  name: 'years',
  classes: DECADES as [string, string, ...string[]],
  ordered: true,
  source: SPEECHES.source,
  title: 'Dating of addresses to the decade',
  plural: 'passages',
  load: readOnce(loadPassages),
}

const addressSchema = z.object({ year: z.number().int(), text: z.string() })

function loadPassages(): readonly Item[] {
  const addresses = readCorpusFiles(YEARS.source, ['.']).map(({ content }) => addressSchema.parse(JSON.parse(content)))
  return withoutRepeats(
    addresses.flatMap(({ year, text }) =>
      passagesOf(text).map((passage) => ({ label: `${Math.floor(year / 10) * 10}s`, text: passage })),
    ),
  )
}
