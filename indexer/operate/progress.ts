import type { StoredEvent } from '../events.ts'

/** The progress of a backfill, and its rate. */
export interface Progress {
  readonly block: bigint
  readonly nodeHead: bigint
  /** Share of the way from this process's first block to the node's head: 0 to 1. */
  readonly share: number
  /** Stored by this process. */
  readonly events: number
  readonly eventsPerSecond: number
  /** Undefined until there is a rate. */
  readonly secondsLeft: number | undefined
}

/** Rates are averages over this time. */
const WINDOW_MS = 10_000

interface Sample {
  readonly at: number
  readonly block: bigint
  readonly events: number
}

/** Gives the progress after each stored stretch; `now` is a clock in milliseconds. */
export function progressMeter(now: () => number): (stored: StoredEvent) => Progress {
  let samples: Sample[] = []
  let begun: bigint | undefined
  let events = 0
  let since = now()
  return ({ first, block, nodeHead, events: added }) => {
    begun ??= first - 1n
    // A reorg goes back: samples before it say nothing about the remaining time.
    if (samples.some((sample) => sample.block >= first)) samples = []
    if (samples.length === 0) samples.push({ at: since, block: first - 1n, events })
    events += added
    since = now()
    samples.push({ at: since, block, events })
    samples = samples.filter(({ at }, i) => at >= since - WINDOW_MS || i >= samples.length - 2)

    const [oldest] = samples as [Sample]
    const seconds = (since - oldest.at) / 1_000
    const left = Number(nodeHead > block ? nodeHead - block : 0n)
    const way = Number(nodeHead - begun)
    const blocksPerSecond = seconds > 0 ? Number(block - oldest.block) / seconds : 0
    return {
      block,
      nodeHead,
      share: way > 0 ? Math.min(1, Number(block - begun) / way) : 1,
      events,
      eventsPerSecond: seconds > 0 ? (events - oldest.events) / seconds : 0,
      secondsLeft: blocksPerSecond > 0 ? left / blocksPerSecond : undefined,
    }
  }
}

/** The progress as a sentence. */
export function sentenceOf({ block, nodeHead, events, eventsPerSecond, secondsLeft }: Progress): string {
  const left = secondsLeft === undefined ? '' : `, ${duration(secondsLeft)} left`
  return `Indexed to block ${block} of ${nodeHead}: ${grouped(events)} events, ${grouped(eventsPerSecond)} a second${left}`
}

/** The progress as a bar no wider than `width`: the least important parts are dropped first. */
export function barOf(progress: Progress, verify: string, width: number, isUnicode: boolean): string {
  const { block, nodeHead, share, events, eventsPerSecond, secondsLeft } = progress
  const blocks = `block ${block}/${nodeHead}`
  const percent = `${Math.floor(share * 100)}%`.padStart(4)
  const left = secondsLeft === undefined ? '' : `  ${duration(secondsLeft)} left`
  const rate = `  ${grouped(eventsPerSecond)}/s`
  const variants = [
    `${percent}${left}${rate}  ${grouped(events)} events  verify ${verify}`,
    `${percent}${left}${rate}  ${grouped(events)} events`,
    `${percent}${left}${rate}`,
    `${percent}${left}`,
    percent,
  ]
  const after = variants.find((text) => blocks.length + text.length + SMALLEST_BAR + 2 <= width)
  if (after === undefined) return blocks.slice(0, Math.max(0, width))
  const room = Math.min(LARGEST_BAR, width - blocks.length - after.length - 2)
  return `${blocks} ${filled(share, room, isUnicode)} ${after}`
}

const SMALLEST_BAR = 5
const LARGEST_BAR = 40
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉']

function filled(share: number, room: number, isUnicode: boolean): string {
  if (!isUnicode) return `[${'#'.repeat(Math.floor(share * (room - 2))).padEnd(room - 2, '.')}]`
  const eighths = Math.floor(share * room * 8)
  return `${'█'.repeat(eighths >> 3)}${EIGHTHS[eighths & 7]}`.padEnd(room, '░')
}

/** 3725 → 1:02:05 */
function duration(seconds: number): string {
  const whole = Math.ceil(seconds)
  const parts = [Math.floor(whole / 3_600), Math.floor(whole / 60) % 60, whole % 60]
  const shown = parts[0] === 0 ? parts.slice(1) : parts
  return shown.map((part, i) => (i === 0 ? `${part}` : `${part}`.padStart(2, '0'))).join(':')
}

function grouped(value: number): string {
  return Math.round(value).toLocaleString('en-GB')
}
