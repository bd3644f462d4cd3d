/** NumPy's times for the same tasks, where a Python that has it is at hand: `python3`, or what PYTHON names. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { z } from 'zod'
import type { Sizes } from './sizes.ts'

const SCRIPT = fileURLToPath(new URL('./baseline.py', import.meta.url))
const ONE_THREAD = { OPENBLAS_NUM_THREADS: '1', OMP_NUM_THREADS: '1', MKL_NUM_THREADS: '1' }

const timesSchema = z.strictObject({
  version: z.string(),
  sketchRandom: z.number(),
  sketchPca: z.number(),
  copies: z.number(),
  search: z.number(),
})

export type NumpyTimes = z.infer<typeof timesSchema>

export async function runNumpy(sizes: Sizes): Promise<NumpyTimes | undefined> {
  const python = process.env.PYTHON ?? 'python3'
  const hasNumpy = await promisify(execFile)(python, ['-c', 'import numpy']).then(
    () => true,
    () => false,
  )
  if (!hasNumpy) return undefined
  const { stdout } = await promisify(execFile)(python, [SCRIPT, JSON.stringify(sizes)], {
    env: { ...process.env, ...ONE_THREAD },
  })
  return timesSchema.parse(JSON.parse(stdout))
}
