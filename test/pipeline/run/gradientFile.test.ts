import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { Rows } from '../../../attribution/matrix.ts'
import { randomSource } from '../../../attribution/random.ts'
import { loadRows, openGradients } from '../../../pipeline/run/gradientFile.ts'
import { RUN_FILES, RUN_FORMAT, type RunManifest } from '../../../pipeline/run/manifest.ts'
import { formatSafetensors } from '../../../pipeline/run/safetensors.ts'

const [N, WIDTH] = [3_000, 512]
const folder = mkdtempSync(join(tmpdir(), 'gradients-'))
const path = join(folder, RUN_FILES.gradients)
afterAll(() => rmSync(folder, { recursive: true }))

function drawRows(seed: number): Rows {
  const next = randomSource(seed)
  return { n: N, width: WIDTH, values: Float32Array.from({ length: N * WIDTH }, () => next() / 2 ** 31 - 1) }
}

/** Writes two tensors of 6 MB each; what of the manifest counts for them. */
function writeGradients(u: Float32Array, v: Float32Array): RunManifest {
  const shape = [N, WIDTH]
  const content = formatSafetensors({ u: { shape, values: u }, v: { shape, values: v } })
  writeFileSync(path, content)
  return {
    format: RUN_FORMAT,
    dataset: { rows: N },
    projection: { width: WIDTH },
    sketch: { curvature: 'gauss-newton' },
    files: { [RUN_FILES.gradients]: { bytes: content.length } },
  } as unknown as RunManifest
}

describe('a file of gradients', () => {
  const [u, v] = [drawRows(1), drawRows(2)]

  it('is read in pieces, as often as it is walked through', () => {
    const gradients = openGradients(folder, writeGradients(u.values, v.values))
    expect([...gradients.u.blocks()].length).toBeGreaterThan(1)
    for (let walk = 0; walk < 2; walk++) {
      expect(loadRows(gradients.u)).toEqual(u)
      expect(loadRows(gradients.v)).toEqual(v)
    }
  })

  it('is refused for a number that is none, in whichever piece it stands', () => {
    const broken = v.values.with(2_999 * WIDTH + 7, Number.NaN)
    expect(() => openGradients(folder, writeGradients(u.values, broken))).toThrowError(
      expect.objectContaining({
        file: RUN_FILES.gradients,
        facts: expect.objectContaining({ row: 2_999, entry: 7, value: 'NaN' }),
      }),
    )
  })

  it('is refused when it is cut short after it was checked', () => {
    const gradients = openGradients(folder, writeGradients(u.values, v.values))
    truncateSync(path, 5_000_000)
    expect(() => loadRows(gradients.u)).toThrow('it was cut short while it was read')
  })
})
