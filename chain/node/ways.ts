import { StopError } from '../../sdk/errors.ts'
import { NotThereYet, Unexplained } from './nodeError.ts'

/** Ways to ask the same thing, the best one first. */
export interface Ways {
  /**
   * Asks in the best way that the node offers. Rejects with the last way's error, or at once where
   * another way would fail alike. The first `forms` ways ask for the same in other words: a node may
   * say "not found" of a form that it does not know, until one has worked.
   */
  ask<T>(ways: readonly (() => Promise<T>)[], forms: number): Promise<T>
}

/** A way that failed so often in a row without an explanation, and never worked, is left out. */
const FAILURES = 3

/**
 * What is not offered is not asked again. @param without Hears once of each way that is left out:
 * by its number, and why.
 */
export function waysOf(without: (way: number, error: Error) => void): Ways {
  let best = 0
  let failures = 0
  let works = false

  const failed = (way: number, error: Error, since: number): void => {
    if (way !== best || works) return
    // Questions of one moment fail together, and count once.
    if (!(error instanceof StopError) && since === failures) failures += 1
    if (!(error instanceof StopError) && failures < FAILURES) return
    best += 1
    failures = 0
    works = false
    without(way, error)
  }

  return {
    ask: async (ways, forms) => {
      let absent: { readonly way: number; readonly error: NotThereYet; readonly since: number } | undefined
      for (let way = Math.min(best, ways.length - 1); ; way++) {
        const since = failures
        try {
          const answer = await (ways[way] as (typeof ways)[number])()
          if (way === best) works = true
          // It is there after all, in another form.
          else if (absent !== undefined) failed(absent.way, absent.error, absent.since)
          return answer
        } catch (error) {
          const isOfWay = error instanceof StopError || error instanceof Unexplained
          if (isOfWay) failed(way, error, since)
          const mayBeForm = error instanceof NotThereYet && !works && way + 1 < forms
          if (mayBeForm) absent ??= { way, error, since }
          if (!(isOfWay || mayBeForm) || way >= ways.length - 1) throw error
        }
      }
    },
  }
}
