import { describe, expect, it } from 'vitest'
import { explain, isExplained, StopError } from '../../sdk/errors.ts'

describe('an explanation', () => {
  it('is one paragraph: what happened, the facts that it left out, the remedy', () => {
    const error = new StopError('Row 5 is cut short', { row: 5, bytes: 12 }, 'Fetch the file again.')
    expect(explain(error)).toBe('Row 5 is cut short (bytes 12). Fetch the file again.')
  })

  it('repeats a number that stands in the sentence only as part of another', () => {
    const error = new StopError(
      'The node at http://127.0.0.1:8545 is on another chain',
      { expected: 1, port: 85 },
      'Choose another.',
    )
    expect(explain(error)).toContain('(expected 1, port 85)')
  })

  it('says in the sentence what a schema found wrong', () => {
    const told = (field: string, problem: string) =>
      explain(new StopError('a.json describes nothing', { field, problem, line: 2 }, 'Mend it.'))
    expect([
      told('licence', 'Invalid input: expected string, received undefined'),
      told('rows.0', 'Invalid input: expected int, received string'),
      told('(whole)', 'Unrecognized key: "rcp"'),
      told('hash', 'must be hexadecimal'),
      told('', 'Too small: expected string to have >=1 characters'),
    ]).toEqual([
      'a.json describes nothing: "licence" is missing (line 2). Mend it.',
      'a.json describes nothing: "rows.0" must be an int, not a string (line 2). Mend it.',
      'a.json describes nothing: it has no field "rcp" (line 2). Mend it.',
      'a.json describes nothing: "hash" must be hexadecimal (line 2). Mend it.',
      'a.json describes nothing: it is wrong: too small: expected string to have >=1 characters (line 2). Mend it.',
    ])
  })

  it('is given by errors of that shape, whatever their class', () => {
    const foreign = Object.assign(new Error('A sketch is too long'), { facts: { dims: 257 }, remedy: 'Shorten it.' })
    expect([isExplained(foreign), isExplained(new Error('oops')), isExplained('oops')]).toEqual([true, false, false])
  })
})
