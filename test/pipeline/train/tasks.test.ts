import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../pipeline/math/random.ts'
import { flipLabel, wordSalad } from '../../../pipeline/train/tasks/alterations.ts'
import { DEFINITIONS } from '../../../pipeline/train/tasks/definitions/definitions.ts'
import { dealItems } from '../../../pipeline/train/tasks/split.ts'
import { labelsOf, scaleOf, type Task } from '../../../pipeline/train/tasks/task.ts'
import { taskNamed } from '../../../pipeline/train/tasks/tasks.ts'
import { YEARS } from '../../../pipeline/train/tasks/years/years.ts'

/** How many texts the classes have, in their order. */
function countsOf(task: Task): readonly number[] {
  const labels = labelsOf(task, task.load())
  return task.classes.map((_, at) => labels.filter((label) => label === at).length)
}

describe('the definitions', () => {
  it('are of ten kinds of things, each with more than a thousand, none twice', () => {
    expect(DEFINITIONS.classes.join()).toBe(
      'act,animal,artifact,body,communication,food,location,person,plant,substance',
    )
    expect(countsOf(DEFINITIONS)).toEqual([4818, 4539, 9245, 1710, 4240, 1771, 2585, 7819, 6823, 2504])
    expect(new Set(DEFINITIONS.load().map(({ text }) => text)).size).toBe(46_054)
    expect(scaleOf(DEFINITIONS)).toEqual({ classes: 10, ordered: false })
  })

  it('leave out the examples that follow them', () => {
    const found = DEFINITIONS.load().find(({ text }) => text.startsWith('a large hairy humanoid creature'))
    expect(found).toEqual({ label: 'person', text: 'a large hairy humanoid creature said to live in the Himalayas' })
  })
})

describe('the years', () => {
  it('are decades in order, from Washington’s addresses on', () => {
    expect([YEARS.classes.length, YEARS.classes[0], YEARS.classes.at(-1)]).toEqual([24, '1790s', '2020s'])
    const counts = countsOf(YEARS)
    expect([Math.min(...counts), Math.max(...counts)]).toEqual([224, 2618])
    expect(scaleOf(YEARS)).toEqual({ classes: 24, ordered: true })
    expect(taskNamed('years')).toBe(YEARS)
  })

  it('are dealt out with more or less of the later half', () => {
    const { contributors } = dealItems(YEARS.load(), YEARS.classes, {
      seed: 1,
      rows: 400,
      heldOut: 40,
      contributors: 8,
    })
    const late = contributors.slice(0, 4).map(({ items }) => {
      const labels = labelsOf(YEARS, items)
      return labels.filter((label) => label >= 12).length / labels.length
    })
    expect(Math.max(...late) - Math.min(...late)).toBeGreaterThan(0.2)
    expect(contributors.map(({ kind }) => kind).slice(-4)).toEqual(['flipped', 'copied', 'noise', 'outlier'])
  })
})

describe('labels', () => {
  const { classes } = DEFINITIONS

  it('are flipped half-way round the list, which is the other one of two', () => {
    const flipped = (label: string) => flipLabel({ label, text: '' }, classes).label
    expect(classes.map(flipped)).toEqual([...classes.slice(5), ...classes.slice(0, 5)])
    expect(flipLabel({ label: 'b', text: '' }, ['a', 'b']).label).toBe('a')
  })

  it('of word salad are any of the classes', () => {
    const random = createRandom(1, 'salad')
    const labels = Array.from({ length: 300 }, () => wordSalad(['word'], classes, random).label)
    expect(new Set(labels).size).toBe(10)
  })
})
