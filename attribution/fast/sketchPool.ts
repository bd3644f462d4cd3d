// Gradients to sketches on several cores: what `sketcher.ts` gives on one, to the last bit, whatever the number of workers.
//
// Of a sum over all rows every worker has a share of the results and sees all gradients; of the sketches, a share of the rows. So
// no sum is ever divided, and the order of its terms does not depend on who works.

import { Worker } from 'node:worker_threads'
import { MalformedError } from '../malformed.ts'
import type { Fit, Pass } from '../rowPasses.ts'
import { type Sketcher, type SketchSettings, sketcherFit } from '../sketcher.ts'
import { gramBands, wholeGram } from './gram.ts'
import type { RowBlocks } from './rowBlocks.ts'
import { type GradientBlocks, squaresOf } from './sketcher.ts'
import type { SketchedBlock } from './sketchMap.ts'
import type { SketchReply, SketchTask } from './sketchWorker.ts'

export type SketchPool = {
  readonly fit: (gradients: GradientBlocks, settings: SketchSettings) => Promise<Sketcher>
  /** The sketches of all rows, block after block. */
  readonly sketch: (sketcher: Sketcher, rows: RowBlocks) => AsyncGenerator<SketchedBlock>
  readonly close: () => Promise<void>
}

/** What a block is cut into before it is handed over. */
const PIECE_BYTES = 1 << 22

export function openSketchPool(workers: number): SketchPool {
  const threads = Array.from({ length: workers }, startThread)
  const askAll = (tasks: readonly SketchTask[]) => Promise.all(threads.map((ask, i) => ask(tasks[i] as SketchTask)))
  const tellAll = (task: SketchTask) => askAll(threads.map(() => task))

  async function passOver(rows: RowBlocks, pass: Pass): Promise<Float64Array> {
    const { width } = rows
    switch (pass.kind) {
      case 'squares':
        return Float64Array.of(squaresOf(rows))
      case 'gram':
        return wholeGram(
          await sumAll(
            rows,
            gramBands(width, workers).map((band) => ({ kind: 'gram', width, band })),
          ),
          width,
        )
      case 'power': {
        const shares = shareOut(pass.k, workers).map(([from, to]) => ({
          kind: 'power' as const,
          basis: pass.basis.slice(from * width, to * width),
          k: to - from,
          width,
        }))
        return joined(await sumAll(rows, shares))
      }
    }
  }

  /** Every worker's share of a sum over all rows. */
  async function sumAll(rows: RowBlocks, shares: readonly SketchTask[]): Promise<readonly Float64Array[]> {
    await askAll(shares)
    for (const block of shared(rows)) await tellAll({ kind: 'add', block })
    const replies = await tellAll({ kind: 'sum' })
    return replies.flatMap((reply) => (reply.kind === 'sum' ? [reply.sum] : []))
  }

  async function fitOver<T>(rows: RowBlocks, fit: Fit<T>): Promise<T> {
    let step = fit.next()
    while (!step.done) step = fit.next(await passOver(rows, step.value))
    return step.value
  }

  return {
    fit: ({ u, v }, settings) => {
      const rows = settings.curvature === 'fisher' ? u : v
      return fitOver(rows, sketcherFit(rows, settings))
    },
    sketch: async function* (sketcher, rows) {
      await tellAll({ kind: 'map', sketcher })
      for (const block of shared(rows)) {
        const shares = shareOut(block.length / rows.width, workers)
        const parts = shares.map(([from, to]) => block.subarray(from * rows.width, to * rows.width))
        for (const reply of await askAll(parts.map((part) => ({ kind: 'sketch', block: part })))) {
          if (reply.kind === 'sketched') yield reply.sketched
        }
      }
    },
    close: async () => {
      await Promise.all(threads.map((ask) => ask.terminate()))
    },
  }
}

function joined(parts: readonly Float64Array[]): Float64Array {
  const whole = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

type Thread = ((task: SketchTask) => Promise<SketchReply>) & { readonly terminate: () => Promise<unknown> }

function startThread(): Thread {
  const worker = new Worker(new URL('./sketchWorker.ts', import.meta.url))
  let settle: { readonly resolve: (reply: SketchReply) => void; readonly reject: (error: Error) => void } | undefined
  worker.on('message', (reply: SketchReply) => settle?.resolve(reply))
  let failure: Error | undefined
  worker.on('error', (error: Error) => {
    failure = error
    settle?.reject(error)
  })
  const ask = async (task: SketchTask): Promise<SketchReply> => {
    const reply = await new Promise<SketchReply>((resolve, reject) => {
      if (failure) throw failure
      settle = { resolve, reject }
      worker.postMessage(task)
    })
    if (reply.kind === 'refused') throw new MalformedError(reply.what, reply.facts, reply.remedy)
    return reply
  }
  return Object.assign(ask, { terminate: () => worker.terminate() })
}

/** [from, to) of every one of `parts` nearly equal shares. */
function shareOut(count: number, parts: number): readonly (readonly [number, number])[] {
  const at = (part: number) => Math.floor((count * part) / parts)
  return Array.from({ length: parts }, (_, part) => [at(part), at(part + 1)] as const)
}

/** Blocks where all threads can read them, none larger than a few megabytes. They are overwritten one by the next. */
function* shared({ width, blocks }: RowBlocks): Generator<Float32Array> {
  const size = Math.max(1, Math.floor(PIECE_BYTES / (width * 4))) * width
  const place = new Float32Array(new SharedArrayBuffer(size * 4))
  for (const block of blocks()) {
    for (let from = 0; from < block.length; from += size) {
      const piece = block.subarray(from, from + size)
      place.set(piece)
      yield place.subarray(0, piece.length)
    }
  }
}
