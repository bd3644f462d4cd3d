import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ATTRIBUTION_KERNELS, compileKernels } from '../../../scripts/buildKernels.ts'

describe('the attribution’s kernels', () => {
  it('are what their source compiles to', async () => {
    const compiled = Buffer.from(await compileKernels(ATTRIBUTION_KERNELS))
    expect(compiled.equals(readFileSync(ATTRIBUTION_KERNELS.wasm))).toBe(true)
  })
})
