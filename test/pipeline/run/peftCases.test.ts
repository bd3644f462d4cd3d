import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readPeftAdapter } from '../../../pipeline/run/peftAdapter.ts'
import { matchWhole } from '../../../pipeline/run/pythonPattern.ts'
import { RunError } from '../../../pipeline/run/runError.ts'

/**
 * Adapters by their configuration and the shapes of their tensors, read alike here and in pipeline/gpu: test_adapter_rules.py. A shape
 * may begin with a dtype; without one it is F32.
 */
interface Case {
  readonly name: string
  readonly config: object
  readonly tensors: Readonly<Record<string, readonly (string | number)[]>>
  readonly targetModules?: readonly string[]
  readonly modulesToSave?: readonly string[]
  readonly refused?: string
  readonly field?: string
}
const path = join(import.meta.dirname, '../../fixtures/peftAdapters.json')
const cases: readonly Case[] = JSON.parse(readFileSync(path, 'utf8'))
const BYTES: Readonly<Record<string, number>> = { F32: 4, F8_E4M3: 1, U16: 2 }

function fileOf(tensors: Case['tensors']): Uint8Array {
  let end = 0
  const header = Object.fromEntries(
    Object.entries(tensors).map(([name, [first, ...others]]) => {
      const dtype = typeof first === 'string' ? first : 'F32'
      const shape = (typeof first === 'string' ? others : [first, ...others]).map(Number)
      const start = end
      end += shape.reduce((product, side) => product * side, BYTES[dtype] ?? 0)
      return [name, { dtype, shape, data_offsets: [start, end] }]
    }),
  )
  const json = Buffer.from(JSON.stringify(header))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(json.length))
  return Buffer.concat([length, json, Buffer.alloc(end)])
}

const read = ({ config, tensors }: Case) =>
  readPeftAdapter(new TextEncoder().encode(JSON.stringify(config)), fileOf(tensors))

describe('an adapter is read', () => {
  it.each(cases.filter(({ refused }) => refused === undefined))('$name', (each) => {
    const { targetModules, modulesToSave } = read(each)
    expect([targetModules, modulesToSave]).toEqual([each.targetModules, each.modulesToSave])
  })
})

describe('an adapter is refused', () => {
  it.each(cases.filter(({ refused }) => refused !== undefined))('$name', (each) => {
    try {
      read(each)
    } catch (error) {
      if (!(error instanceof RunError)) throw error
      expect(error.message).toContain(each.refused)
      expect(error.facts.field).toBe(each.field)
      return
    }
    throw new Error('Nothing was refused.')
  })
})

it('a pattern that would take for ever is no pattern', () => {
  expect(matchWhole('(a+)+b', [`${'a'.repeat(40)}c`])).toBe(null)
})
