import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../pipeline/math/random.ts'
import { createWorkspace } from '../../../pipeline/train/kernels.ts'
import { compileKernels, TRAINING_KERNELS } from '../../../scripts/buildKernels.ts'

const workspace = createWorkspace(4)
const packed = (data: Float32Array, stride: number) => ({ data, stride })

function randomMatrix(length: number, purpose: string): Float32Array {
  const { uniform } = createRandom(3, purpose)
  const matrix = workspace.floats(length)
  for (let i = 0; i < length; i++) matrix[i] = uniform() - 0.5
  return matrix
}

describe('kernels.wasm', () => {
  it('is what its source compiles to', async () => {
    const compiled = Buffer.from(await compileKernels(TRAINING_KERNELS))
    expect(compiled.equals(readFileSync(TRAINING_KERNELS.wasm))).toBe(true)
  })

  it.each([
    [1, 4, 4],
    [2, 8, 4],
    [3, 7, 5],
    [5, 64, 37],
    [8, 30, 66],
  ])('multiplies a (%i, k=%i) by b (n=%i) transposed as plain loops do', (m, k, n) =>
    workspace.scoped(() => {
      const a = randomMatrix(m * k, 'a')
      const b = randomMatrix(n * k, 'b')
      const c = workspace.floats(m * n)
      workspace.multiplyTransposed(packed(a, k), packed(b, k), packed(c, n), m, k, n)
      for (let i = 0; i < m; i++)
        for (let j = 0; j < n; j++) {
          let expected = 0
          for (let t = 0; t < k; t++) expected += (a[i * k + t] as number) * (b[j * k + t] as number)
          expect(c[i * n + j]).toBeCloseTo(expected, 5)
        }
    }),
  )

  it('gives a row the same bits whatever rows stand beside it', () =>
    workspace.scoped(() => {
      const [m, k, n] = [5, 71, 35]
      const a = randomMatrix(m * k, 'a')
      const b = randomMatrix(n * k, 'b')
      const together = workspace.floats(m * n)
      const alone = workspace.floats(m * n)
      workspace.multiplyTransposed(packed(a, k), packed(b, k), packed(together, n), m, k, n)
      for (let i = 0; i < m; i++)
        workspace.multiplyTransposed(
          packed(a.subarray(i * k), k),
          packed(b, k),
          packed(alone.subarray(i * n), n),
          1,
          k,
          n,
        )
      expect(alone).toEqual(together)
    }))

  it('reads and writes matrices inside wider ones', () =>
    workspace.scoped(() => {
      const a = Float32Array.of(1, 2, 99, 3, 4, 99)
      const b = Float32Array.of(5, 6, 77, 77, 7, 8, 77, 77)
      const c = workspace.floats(6).fill(-1)
      workspace.multiplyTransposed(
        packed(workspace.copyOf(a), 3),
        packed(workspace.copyOf(b), 4),
        packed(c, 3),
        2,
        2,
        2,
      )
      expect([...c]).toEqual([17, 23, -1, 39, 53, -1])
    }))

  it('sums outer products', () =>
    workspace.scoped(() => {
      const a = workspace.copyOf(Float32Array.of(1, 2, 3, 4))
      const b = workspace.copyOf(Float32Array.of(1, 0, 2, 0, 3, 5, 6, 7, 8, 9))
      const c = workspace.floats(10)
      workspace.multiplyTransposedLeft(a, b, c, 2, 2, 5)
      expect([...c]).toEqual([16, 18, 23, 24, 30, 22, 24, 32, 32, 42])
    }))
})

describe('a workspace', () => {
  it('takes back what was handed out inside a scope', () => {
    const first = workspace.scoped(() => workspace.floats(8).byteOffset)
    const second = workspace.scoped(() => workspace.floats(8).byteOffset)
    expect(second).toBe(first)
  })

  it('says so when it is too small', () => {
    expect(() => createWorkspace(1).floats(1_000_000)).toThrow('A workspace of 1 MiB is too small')
  })
})
