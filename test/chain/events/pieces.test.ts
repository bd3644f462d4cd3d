import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeLogs } from '../../../chain/events/decode.ts'
import type { Fact } from '../../../chain/events/facts.ts'
import { emptyJournals, replayJournals } from '../../../chain/events/journals.ts'
import { noTerms } from '../../../chain/events/terms.ts'
import { anyPaperChain, paperFollowed } from '../../support/paperChain.ts'

describe('a random chain of all our events', () => {
  it('means the same decoded at once, one log after the other, and in random pieces', () => {
    fc.assert(
      fc.property(anyPaperChain, fc.array(fc.integer({ min: 1, max: 6 })), (logs, sizes) => {
        const whole = decodeLogs(paperFollowed, noTerms, logs)
        const journals = replayJournals(paperFollowed, emptyJournals, logs).journals
        for (const pieces of [sizes, []]) {
          const facts: Fact[] = []
          let terms = noTerms
          let rolled = emptyJournals
          for (let from = 0, i = 0; from < logs.length; i++) {
            const to = from + (pieces[i] ?? 1)
            const decoded = decodeLogs(paperFollowed, terms, logs.slice(from, to))
            facts.push(...decoded.facts)
            terms = decoded.terms
            rolled = replayJournals(paperFollowed, rolled, logs.slice(from, to)).journals
            from = to
          }
          expect({ facts, terms, journals: rolled }).toEqual({ ...whole, journals })
        }
      }),
      { numRuns: 400 },
    )
  })

  it('leaves the terms that it began with as they were', () => {
    fc.assert(
      fc.property(anyPaperChain, anyPaperChain, (before, after) => {
        const { terms } = decodeLogs(paperFollowed, noTerms, before)
        const [models, drafts] = [new Map(terms.models), new Map(terms.drafts)]
        decodeLogs(paperFollowed, terms, after)
        expect(terms).toEqual({ ...terms, models, drafts })
      }),
    )
  })
})
