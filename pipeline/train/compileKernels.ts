/**
 * Compiles `kernels/kernels.ts` (AssemblyScript) to `kernels.wasm`, which is committed so that running needs no compiler.
 * A test holds the committed bytes to a fresh compile. Run by `npm run build:kernels`.
 */
import { writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import asc from 'assemblyscript/asc'

const SOURCE = 'kernels.ts'
const FOLDER = fileURLToPath(new URL('./kernels/', import.meta.url))
export const KERNELS_WASM = fileURLToPath(new URL('./kernels.wasm', import.meta.url))

/** Compiles the kernels in memory; throws with the compiler's own words where the source is wrong. */
export async function compileKernels(): Promise<Uint8Array> {
  let binary: Uint8Array | undefined
  const { error, stderr } = await asc.main(
    [
      SOURCE,
      '--baseDir',
      FOLDER,
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

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const binary = await compileKernels()
  writeFileSync(KERNELS_WASM, binary)
  console.log(`${KERNELS_WASM.slice(dirname(dirname(dirname(KERNELS_WASM))).length + 1)}: ${binary.length} bytes`)
}
