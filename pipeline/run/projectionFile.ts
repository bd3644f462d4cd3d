/**
 * `projection.safetensors`: the matrices that a run's gradients were projected with, `<module>.left` and `<module>.right`
 * (keep × size) float32. A side that is kept whole has none. Operators project their answers' gradients with them, auditors the
 * rows', so they are held to the shapes that the manifest names before anyone relies on them.
 */
import type { ProjectedModule } from './emittedParts.ts'
import { PROJECTION_FILE } from './manifest.ts'
import { RERUN, RunError } from './runError.ts'
import { firstNotFinite, float32Of, parseSafetensors } from './safetensors.ts'

export function checkProjection(content: Uint8Array, modules: readonly ProjectedModule[]): void {
  const tensors = parseSafetensors(PROJECTION_FILE, content)
  const expected = new Map<string, ProjectedModule['left']>()
  for (const { name, left, right } of modules) expected.set(`${name}.left`, left).set(`${name}.right`, right)
  for (const [name, { size, keep }] of expected) {
    const tensor = tensors.get(name)
    if (keep === size && tensor === undefined) continue
    const shape = tensor?.shape.join('×') ?? 'none'
    const wanted = keep === size ? 'none' : `${keep}×${size}`
    if (tensor === undefined || shape !== wanted)
      throw new RunError(PROJECTION_FILE, `matrix "${name}" has the wrong shape`, { shape, expected: wanted }, RERUN)
    requireFinite(name, float32Of(PROJECTION_FILE, name, tensor))
  }
  const unknown = [...tensors.keys()].find((name) => !expected.has(name))
  if (unknown !== undefined) throw new RunError(PROJECTION_FILE, `matrix "${unknown}" is of no module`, {}, RERUN)
}

function requireFinite(name: string, values: Float32Array): void {
  const bad = firstNotFinite(values)
  if (bad < 0) return
  const facts = { entry: bad, value: String(values[bad]) }
  throw new RunError(PROJECTION_FILE, `matrix "${name}" holds a number that is none`, facts, RERUN)
}
