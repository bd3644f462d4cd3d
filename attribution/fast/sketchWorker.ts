// A share of the work on blocks of gradients, in a worker thread. Started by `sketchPool.ts`.

import { parentPort } from 'node:worker_threads'
import { MalformedError } from '../malformed.ts'
import type { Sketcher } from '../sketcher.ts'
import { type PowerStep, powerStep } from './power.ts'
import { type SketchedBlock, type SketchMap, sketchMap } from './sketchMap.ts'

export type SketchTask =
  | { readonly kind: 'power'; readonly basis: Float64Array; readonly k: number; readonly width: number }
  | { readonly kind: 'add'; readonly block: Float32Array }
  | { readonly kind: 'sums' }
  | { readonly kind: 'map'; readonly sketcher: Sketcher }
  | { readonly kind: 'sketch'; readonly block: Float32Array }

export type SketchReply =
  | { readonly kind: 'done' }
  | { readonly kind: 'sums'; readonly sums: Float64Array }
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

let power: PowerStep | undefined
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
      power = powerStep(task.basis, task.k, task.width)
      return { kind: 'done' }
    case 'add':
      started(power).add(task.block)
      return { kind: 'done' }
    case 'sums':
      return { kind: 'sums', sums: started(power).result() }
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
