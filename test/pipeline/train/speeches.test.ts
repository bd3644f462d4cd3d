import { describe, expect, it } from 'vitest'
import { passagesOf } from '../../../pipeline/train/tasks/speeches/passages.ts'
import { SPEECHES } from '../../../pipeline/train/tasks/speeches/speeches.ts'
import { dealItems } from '../../../pipeline/train/tasks/split.ts'
import { labelsOf } from '../../../pipeline/train/tasks/task.ts'
import { taskNamed } from '../../../pipeline/train/tasks/tasks.ts'

const sentence = (start: string): string => `${start} ${'word '.repeat(30).trim()}.`

describe('cutting an address into passages', () => {
  it('ends a passage with the sentence that makes it long enough, and drops a rest that is too short', () => {
    const [a, b, c] = ['First', 'Second', 'Third'].map(sentence)
    expect(passagesOf(`${a} ${b} ${c}`)).toEqual([`${a} ${b}`])
  })

  it('does not take an abbreviation before a small letter for the end of a sentence', () => {
    const long = `${'word '.repeat(58)}at 3 p.m. ${'word '.repeat(10).trim()}.`
    expect(passagesOf(long)).toEqual([long])
  })

  it('leaves out years and what the stenographer heard, which would date a passage alone', () => {
    const text = `We met in 1912 [Laughter] and in 2001 [Applause.] ${'word '.repeat(70).trim()}.`
    expect(passagesOf(text)[0]).toMatch(/^We met in year and in year word word/)
  })
})

describe('the speeches corpus', () => {
  const corpus = SPEECHES.load()

  it('has thousands of passages of both times, none twice', () => {
    expect({
      passages: corpus.length,
      since: labelsOf(SPEECHES, corpus).reduce((sum, label) => sum + label, 0),
      texts: new Set(corpus.map(({ text }) => text)).size,
    }).toEqual({ passages: 12941, since: 7221, texts: 12941 })
  })

  it('is dealt out as the mail is, with the same planted contributors', () => {
    const { contributors, heldOut } = dealItems(corpus, SPEECHES.classes, { seed: 1, rows: 1600, heldOut: 400 })
    const kinds = contributors.slice(-4).map(({ kind }) => kind)
    expect([contributors.length, heldOut.length, kinds]).toEqual([40, 400, ['flipped', 'copied', 'noise', 'outlier']])
    expect(new Set(contributors.flatMap(({ items }) => items.map(({ label }) => label)))).toEqual(
      new Set(SPEECHES.classes),
    )
  })
})

describe('tasks', () => {
  it('are found by name, and a wrong name is told the right ones', () => {
    expect(taskNamed('speeches')).toBe(SPEECHES)
    expect(() => taskNamed('poems')).toThrow('There is no task "poems"')
  })

  it('refuse items that are labelled for another', () => {
    expect(() => labelsOf(SPEECHES, [{ label: 'spam', text: 'win!' }])).toThrow('Item 0 is of no class')
  })
})
