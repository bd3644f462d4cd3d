/**
 * Compiles the AssemblyScript kernels of both rooms, which are committed so that running needs no compiler. Tests hold the
 * committed bytes to a fresh compile. Run by `npm run build:kernels`.
 */
import { writeFileSync } from 'node:fs'
import { dirname, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import asc from 'assemblyscript/asc'

export interface Kernels {
  readonly source: string
  readonly wasm: string
}

const kernelsOf = (room: string): Kernels => ({
  source: fileURLToPath(new URL(`../${room}/kernels/kernels.ts`, import.meta.url)),
  wasm: fileURLToPath(new URL(`../${room}/kernels.wasm`, import.meta.url)),
})

/** The encoder and training. */
export const TRAINING_KERNELS = kernelsOf('pipeline/train')
/** Searches, sums and products of the attribution itself. */
export const ATTRIBUTION_KERNELS = kernelsOf('attribution/fast')

/** Compiles kernels in memory; throws with the compiler's own words where the source is wrong. */
export async function compileKernels({ source }: Kernels): Promise<Uint8Array> {
  let binary: Uint8Array | undefined
  const { error, stderr } = await asc.main(
    [
      'kernels.ts',
      '--baseDir',
      dirname(source),
      '--outFile',
      'kernels.wasm',
      '--optimizeLevel',
      '3',
      '--noAssert',
      '--enable',
      'simd',
      '--runtime',
      'stub',
      '--importMemory',
      '--use',
      'abort=',
    ],
    {
      writeFile: (name, contents) => {
        if (name.endsWith('.wasm') && typeof contents !== 'string') binary = contents
      },
    },
  )
  if (error !== null) throw new Error(`The kernels do not compile: ${error.message}\n${stderr.toString()}`)
  if (binary === undefined) throw new Error('The AssemblyScript compiler reported success but wrote no wasm file.')
  return binary
}

if (import.meta.main) {
  for (const kernels of [TRAINING_KERNELS, ATTRIBUTION_KERNELS]) {
    const binary = await compileKernels(kernels)
    writeFileSync(kernels.wasm, binary)
    console.log(`${relative('.', kernels.wasm)}: ${binary.length} bytes`)
  }
}
