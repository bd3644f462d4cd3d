import { describe, expect, it } from 'vitest'
import type { StoredEvent } from '../../../indexer/events.ts'
import { barOf, type Progress, progressMeter, sentenceOf } from '../../../indexer/operate/progress.ts'
import { stored } from './stored.ts'

const halfWay: Progress = {
  block: 1_500n,
  nodeHead: 2_500n,
  share: 0.5,
  events: 12_345,
  eventsPerSecond: 4_321.6,
  secondsLeft: 65.2,
}

describe('the progress of a backfill', () => {
  /** Tells stretches, each so many milliseconds after the one before. */
  function measured(told: readonly (readonly [number, StoredEvent])[]): readonly Progress[] {
    let time = 0
    const measure = progressMeter(() => time)
    return told.map(([ms, event]) => {
      time += ms
      return measure(event)
    })
  }

  it('is the share of the way from its start, and the rate of the last ten seconds', () => {
    const [first, second, third] = measured([
      [1_000, stored(101n, 200n, { nodeHead: 1_100n, events: 50 })],
      [1_000, stored(201n, 600n, { nodeHead: 1_100n, events: 150 })],
      [40_000, stored(601n, 1_000n, { nodeHead: 1_100n, events: 400 })],
    ])
    expect(first).toEqual({
      block: 200n,
      nodeHead: 1_100n,
      share: 0.1,
      events: 50,
      eventsPerSecond: 50,
      secondsLeft: 9,
    })
    expect(second).toEqual({
      block: 600n,
      nodeHead: 1_100n,
      share: 0.5,
      events: 200,
      eventsPerSecond: 100,
      secondsLeft: 2,
    })
    expect(third).toEqual({
      block: 1_000n,
      nodeHead: 1_100n,
      share: 0.9,
      events: 600,
      eventsPerSecond: 10,
      secondsLeft: 10,
    })
  })

  it('restarts its rates after a reorg', () => {
    const [, again] = measured([
      [1_000, stored(1n, 100n, { nodeHead: 200n, events: 10 })],
      [1_000, stored(91n, 100n, { nodeHead: 200n, events: 5 })],
    ])
    expect(again).toMatchObject({ block: 100n, events: 15, eventsPerSecond: 5, secondsLeft: 10 })
  })

  it('has no end in sight before any time has passed', () => {
    const [only] = measured([[0, stored(1n, 100n, { nodeHead: 200n, events: 10 })]])
    expect(only).toMatchObject({ eventsPerSecond: 0, secondsLeft: undefined })
  })

  it('reads as a sentence', () => {
    expect(sentenceOf(halfWay)).toBe('Indexed to block 1500 of 2500: 12,345 events, 4,322 a second, 1:06 left')
    expect(sentenceOf({ ...halfWay, secondsLeft: undefined })).toBe(
      'Indexed to block 1500 of 2500: 12,345 events, 4,322 a second',
    )
    expect(sentenceOf({ ...halfWay, secondsLeft: 3_725 })).toMatch(/1:02:05 left$/)
  })
})

describe('the bar on a terminal', () => {
  it('fills the width that there is, and drops what matters least where there is little', () => {
    const drawn = [120, 79, 60, 45, 32, 20, 10].map((width) => barOf(halfWay, 'receipts', width, true))
    expect(drawn).toEqual([
      'block 1500/2500 ████████████████████░░░░░░░░░░░░░░░░░░░░  50%  1:06 left  4,322/s  12,345 events  verify receipts',
      'block 1500/2500 ███░░░  50%  1:06 left  4,322/s  12,345 events  verify receipts',
      'block 1500/2500 █████████▌░░░░░░░░░  50%  1:06 left  4,322/s',
      'block 1500/2500 ██████▌░░░░░░  50%  1:06 left',
      'block 1500/2500 █████▌░░░░░  50%',
      'block 1500/2500',
      'block 1500',
    ])
    expect(drawn.map((bar, i) => bar.length <= ([120, 79, 60, 45, 32, 20, 10][i] ?? 0))).not.toContain(false)
  })

  it('is drawn in plain characters where the terminal knows no others', () => {
    expect(barOf(halfWay, 'off', 80, false)).toBe(
      'block 1500/2500 [#####.....]  50%  1:06 left  4,322/s  12,345 events  verify off',
    )
  })

  it('is full at the end and empty at the beginning', () => {
    expect(barOf({ ...halfWay, share: 1, secondsLeft: 0 }, 'off', 40, true)).toBe(
      'block 1500/2500 ████████ 100%  0:00 left',
    )
    expect(barOf({ ...halfWay, share: 0, secondsLeft: undefined }, 'off', 40, true)).toMatch(/ ░+ {3}0%/)
  })
})
