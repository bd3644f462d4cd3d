// A share of the work on blocks of gradients, in a worker thread. Started by `sketchPool.ts`.

import { parentPort } from 'node:worker_threads'
import { MalformedError } from '../malformed.ts'
import type { Sketcher } from '../sketcher.ts'
import { type GramBand, gramSum } from './gram.ts'
import { powerSum } from './power.ts'
import type { RowSum } from './rowBlocks.ts'
import { type SketchedBlock, type SketchMap, sketchMap } from './sketchMap.ts'

export type SketchTask =
  | { readonly kind: 'power'; readonly basis: Float64Array; readonly k: number; readonly width: number }
  | { readonly kind: 'gram'; readonly width: number; readonly band: GramBand }
  | { readonly kind: 'add'; readonly block: Float32Array }
  | { readonly kind: 'sum' }
  | { readonly kind: 'map'; readonly sketcher: Sketcher }
  | { readonly kind: 'sketch'; readonly block: Float32Array }

export type SketchReply =
  | { readonly kind: 'done' }
  | { readonly kind: 'sum'; readonly sum: Float64Array }
  | { readonly kind: 'sketched'; readonly sketched: SketchedBlock }
  /** A `MalformedError`, whose class does not survive the way between threads. */
  | {
      readonly kind: 'refused'
      readonly what: string
      readonly facts: MalformedError['facts']
      readonly remedy: string
    }

const port = parentPort
if (port === null) throw new Error('sketchWorker.ts runs inside a worker thread; call openSketchPool instead.')

let sum: RowSum | undefined
let sketch: SketchMap | undefined

port.on('message', (task: SketchTask) => {
  port.postMessage(replyOrRefusal(task))
})

function replyOrRefusal(task: SketchTask): SketchReply {
  try {
    return replyTo(task)
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error
    const { message, facts, remedy } = error
    return { kind: 'refused', what: message, facts, remedy }
  }
}

function replyTo(task: SketchTask): SketchReply {
  switch (task.kind) {
    case 'power':
      sum = powerSum(task.basis, task.k, task.width)
      return { kind: 'done' }
    case 'gram':
      sum = gramSum(task.width, task.band)
      return { kind: 'done' }
    case 'add':
      started(sum).add(task.block)
      return { kind: 'done' }
    case 'sum':
      return { kind: 'sum', sum: started(sum).result() }
    case 'map':
      sketch = sketchMap(task.sketcher)
      return { kind: 'done' }
    case 'sketch':
      return { kind: 'sketched', sketched: started(sketch)(task.block) }
  }
}

function started<T>(work: T | undefined): T {
  if (work === undefined) throw new Error('A block came before what is to be done with it.')
  return work
}
