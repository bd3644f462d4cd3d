/**
 * What `pipeline/gpu` writes beside a run, under its projection: gradients of served answers (`q`), and the rows' own once more
 * (`u`). Their metadata names the run by the keccak256 of its manifest.
 */
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import type { Rows } from '../../attribution/matrix.ts'
import type { Run } from './readRun.ts'
import { RunError } from './runError.ts'
import { firstNotFinite, float32Of, parseMetadata, parseSafetensors } from './safetensors.ts'

const REMEDY = 'Take the gradients again: python -m attribution_run --help.'

/** Gradients (m, width) of served answers' log-probabilities. */
export function readQueries(path: string, run: Run): Rows {
  return readTaken(path, run, 'q')
}

/** The rows' loss gradients (n, width) as someone else took them. */
export function readAgain(path: string, run: Run): Rows {
  const again = readTaken(path, run, 'u')
  if (again.n === run.rows.length) return again
  const facts = { rows: again.n, expected: run.rows.length }
  throw new RunError(basename(path), 'it does not have as many rows as the run', facts, REMEDY)
}

function readTaken(path: string, run: Run, name: 'q' | 'u'): Rows {
  const file = basename(path)
  const content = readOrRefuse(path, file)
  const tensor = parseSafetensors(file, content).get(name)
  if (tensor === undefined) throw new RunError(file, `tensor "${name}" is missing`, {}, REMEDY)
  const named = parseMetadata(file, content).run
  if (named !== run.manifestHash)
    throw new RunError(file, 'it was taken for another run', { found: named ?? 'none', run: run.manifestHash }, REMEDY)
  const [n = 0, width = 0, ...others] = tensor.shape
  if (n === 0 || width !== run.manifest.projection.width || others.length > 0) {
    const facts = { shape: tensor.shape.join('×'), expected: `rows × ${run.manifest.projection.width}` }
    throw new RunError(file, `tensor "${name}" has the wrong shape`, facts, REMEDY)
  }
  const values = float32Of(file, name, tensor)
  const bad = firstNotFinite(values)
  if (bad < 0) return { n, width, values }
  const facts = { row: Math.floor(bad / width), entry: bad % width, value: String(values[bad]) }
  throw new RunError(file, `tensor "${name}" holds a number that is none`, facts, REMEDY)
}

function readOrRefuse(path: string, file: string): Uint8Array {
  try {
    return readFileSync(path)
  } catch (cause) {
    throw new RunError(file, 'it cannot be read', { path }, 'Check the path.', cause)
  }
}
