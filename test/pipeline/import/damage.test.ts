import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readAttributionData } from '../../../pipeline/import/attributionData.ts'
import { importRun } from '../../../pipeline/import/importRun.ts'
import { openSource } from '../../../pipeline/import/sourceFolder.ts'
import { readRun } from '../../../pipeline/run/readRun.ts'
import { isExplained } from '../../../sdk/errors.ts'
import { copyOf, optionsFor, scratch } from './importSetup.ts'

const newFolder = scratch()
const RUNS = Number(process.env.IMPORT_DAMAGE_RUNS ?? 25)

/** Every kind of file that is read: the training's, the attribution tool's, the evaluation's. */
const KINDS = {
  'PEFT and Transformers': { training: ['transformers'], gradients: 'plain' },
  TRL: { training: ['trl'], gradients: 'plain' },
  Axolotl: { training: ['transformers', 'axolotl'], gradients: 'plain' },
  'LLaMA-Factory': { training: ['transformers', 'llama-factory'], gradients: 'plain' },
  'a full fine-tune': { training: ['tiny-llama'], gradients: 'plain' },
  Bergson: { training: ['trl'], gradients: 'bergson' },
  TRAK: { training: ['trl'], gradients: 'trak' },
  LogIX: { training: ['trl'], gradients: 'logix' },
  dattri: { training: ['trl'], gradients: 'dattri' },
  kronfluence: { training: ['trl'], gradients: 'kronfluence' },
  'lm-evaluation-harness': { training: ['trl'], gradients: 'plain', evaluation: 'lm-eval' },
} as const
type Kind = (typeof KINDS)[keyof typeof KINDS]

interface Laid {
  readonly root: string
  readonly training: string
  readonly gradients: string
  readonly evaluation: string | undefined
}

function layOut(kind: Kind): Laid {
  const root = newFolder()
  return {
    root,
    training: copyOf(join(root, 'training'), ...kind.training),
    gradients: copyOf(join(root, 'gradients'), kind.gradients),
    evaluation: 'evaluation' in kind ? copyOf(join(root, 'evaluation'), kind.evaluation) : undefined,
  }
}

/** The run that came of it, or the one error: explained, with the folder neither there nor half there. */
function outcomeOf({ root, training, gradients, evaluation }: Laid): 'imported' | 'refused' {
  const out = join(root, 'run')
  try {
    importRun(optionsFor(training, out, { gradients, evaluation }))
  } catch (error) {
    if (!isExplained(error)) throw error
    expect([existsSync(out), existsSync(`${out}.unfinished`)]).toEqual([false, false])
    expect([error.message, error.remedy]).toEqual([expect.stringMatching(/\S: \S/), expect.stringMatching(/\.$/)])
    rmSync(root, { recursive: true })
    return 'refused'
  }
  readRun(out)
  rmSync(root, { recursive: true })
  return 'imported'
}

/** The files whose every byte counts: what is only hashed may be anything. */
function filesOf({ training, gradients, evaluation }: Laid, kind: Kind): readonly string[] {
  const isAboutTraining = kind.gradients === 'plain' && !('evaluation' in kind)
  const folder = evaluation ?? (isAboutTraining ? training : gradients)
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((file) => join(folder, file))
    .filter((file) => statSync(file).isFile() && statSync(file).size > 2 && !/training_args\.bin$/.test(file))
    .toSorted()
}

const isText = (file: string) => /\.(json|jsonl|md|yaml)$/.test(file)
const isDescribed = (file: string) => /\.(safetensors|mmap|bin|jsonl)$/.test(file)

describe.each(Object.entries(KINDS))('%s', (_, kind) => {
  it('is imported as it is', () => {
    expect(outcomeOf(layOut(kind))).toBe('imported')
  })

  it('is refused where a file of numbers or lines is cut anywhere', () => {
    fc.assert(
      fc.property(fc.nat(), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (which, where) => {
        const laid = layOut(kind)
        const files = filesOf(laid, kind).filter(isDescribed)
        const file = files[which % files.length]
        if (file === undefined) throw new Error('every kind has such a file')
        const content = readFileSync(file)
        writeFileSync(file, content.subarray(0, Math.floor(where * content.length)))
        expect(outcomeOf(laid)).toBe('refused')
      }),
      { numRuns: RUNS },
    )
  })

  it('is refused where its JSON is cut anywhere', () => {
    fc.assert(
      fc.property(fc.nat(), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (which, where) => {
        const laid = layOut(kind)
        const read = /(adapter_config|trainer_state|info|metadata|id_0|results_.*)\.json$/
        const files = filesOf(laid, kind).filter((file) => read.test(file))
        const file = files[which % files.length]
        if (file === undefined) return
        const content = readFileSync(file, 'utf8').trimEnd()
        writeFileSync(file, content.slice(0, Math.floor(where * content.length)))
        expect(outcomeOf(laid)).toBe('refused')
      }),
      { numRuns: RUNS },
    )
  })

  it('is imported whole or refused with one explanation where any byte is flipped', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 255 }), (which, where, mask) => {
        const laid = layOut(kind)
        const files = filesOf(laid, kind)
        const file = files[which % files.length]
        if (file === undefined) throw new Error('every kind has files')
        const content = readFileSync(file)
        const at = where % content.length
        content[at] = (content[at] ?? 0) ^ mask
        writeFileSync(file, content)
        expect(['imported', 'refused']).toContain(outcomeOf(laid))
      }),
      { numRuns: RUNS },
    )
  })

  it('is refused where the files of its data are swapped', () => {
    const laid = layOut(kind)
    const files = filesOf(laid, kind).filter((file) => !isText(file))
    const [first, second] = [files[0], files.find((file) => !readFileSync(file).equals(readFileSync(files[0] ?? '')))]
    if (first === undefined || second === undefined || statSync(first).size === statSync(second).size) return
    const contents = [readFileSync(first), readFileSync(second)] as const
    writeFileSync(first, contents[1])
    writeFileSync(second, contents[0])
    expect(outcomeOf(laid)).toBe('refused')
  })
})

describe('a file of many rows', () => {
  it('is read a few megabytes at a time', () => {
    const folder = newFolder()
    const [n, width] = [20_000, 256]
    mkdirSync(folder)
    writeFileSync(join(folder, 'gradients.bin'), Buffer.alloc(n * width * 2, Buffer.of(0x80, 0x3f)))
    const dtype = { names: ['m'], formats: [`(${width},)<V2`], itemsize: width * 2 }
    const info = { num_grads: n, dtype, grad_sizes: { m: width }, base_dtype: 'bfloat16' }
    writeFileSync(join(folder, 'info.json'), JSON.stringify(info))
    const { blocks } = readAttributionData(openSource(folder))
    const lengths = [...blocks()].map((block) => block.length)
    expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(n * width)
    expect(Math.max(...lengths)).toBeLessThanOrEqual((1 << 22) / 2)
  })
})
