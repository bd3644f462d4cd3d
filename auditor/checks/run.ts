// Row codes with the gradients of a run: everything from the gradients on is integer arithmetic, or has a fixed order, so it is the
// same to the bit.

import type { Hex } from 'viem'
import { fitSketcherFast, sketchBlocks } from '../../attribution/fast/sketcher.ts'
import { packSketch } from '../../attribution/sketch.ts'
import { type Run, readRun } from '../../pipeline/run/readRun.ts'
import { isExplained } from '../../sdk/errors.ts'
import { itemHashOf, packedCodesOf, type RawRowIndex } from '../../sdk/rawRowIndex.ts'
import { placeOf } from '../report/finding.ts'
import { count, find, type Tally } from '../report/tally.ts'
import type { World } from '../world/world.ts'

export function checkRun(folder: string, indexes: ReadonlyMap<number, RawRowIndex>, world: World, tally: Tally): void {
  const run = openRun(folder, tally)
  if (run === undefined) return
  const [found] = [...world.models].filter(([, { index }]) => index.manifestHash === run.manifestHash)
  if (found === undefined) {
    find(tally, {
      check: 'run',
      severity: 'error',
      what: 'No model was registered with this run',
      place: { subject: `${folder}/run.json` },
      found: run.manifestHash,
      expected: [...world.models.values()].map(({ index }) => index.manifestHash).join(' '),
      reproduce: `cast keccak < ${folder}/run.json`,
    })
    return
  }
  const [number, model] = found
  const index = indexes.get(number)
  if (index === undefined) {
    const what = `row codes of model ${number}`
    tally.unchecked.push({ check: 'run', what, why: 'its row index was not read', isNeeded: true })
    return
  }
  const codes = codesOf(run)
  for (const { unit, row, item, packed } of rowsOf(index)) {
    count(tally, 'run')
    const computed = codes.get(item)
    if (computed === packed) continue
    find(tally, {
      check: 'run',
      severity: 'error',
      what: 'A row of the row index is not what the gradients of the run give',
      place: placeOf(model.registered?.at ?? model.at, 'fineTunes', `row ${row} of unit ${unit} of model ${number}`),
      found: packed,
      expected: computed ?? 'no row: the run has none of this item',
      reproduce: `attribution run verify ${folder} --model ${number}`,
    })
  }
}

/** What a run's own hashes refute is a finding. */
function openRun(folder: string, tally: Tally): Run | undefined {
  try {
    return readRun(folder)
  } catch (error) {
    if (!isExplained(error)) throw error
    const facts = Object.entries(error.facts).map(([name, value]) => `${name} ${value}`)
    find(tally, {
      check: 'run',
      severity: 'error',
      what: `The run is not what its run.json says: ${error.message}`,
      place: { subject: folder },
      found: facts.join(', ') || 'another file',
      expected: 'files with the hashes and shapes of run.json',
      reproduce: `attribution run verify ${folder}`,
    })
    return undefined
  }
}

/** Packed codes by item. */
function codesOf({ manifest, gradientBlocks, rows }: Run): ReadonlyMap<Hex, string> {
  const { source: _, ...settings } = manifest.sketch
  const sketcher = fitSketcherFast(gradientBlocks, settings)
  const codes = new Map<Hex, string>()
  let row = 0
  for (const block of sketchBlocks(sketcher, gradientBlocks.u)) {
    for (let at = 0; at < block.codes.length; at += sketcher.dims) {
      const item = rows[row++]?.itemHash
      if (item !== undefined) codes.set(item, textOf(packSketch(block.codes.subarray(at, at + sketcher.dims))))
    }
  }
  return codes
}

function* rowsOf({ k, units }: RawRowIndex) {
  for (const [unit, rows] of units.entries()) {
    for (const [row, bytes] of rows.entries()) {
      yield { unit, row, item: itemHashOf(bytes), packed: textOf(packedCodesOf(bytes, k)) }
    }
  }
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
}
