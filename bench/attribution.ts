/**
 * What the mathematics costs at the sizes that matter, side by side with plain float products: TensorFlow.js from npm, and NumPy
 * where it is at hand.
 *
 *     npm run bench:attribution [-- --write-docs]
 */
import { availableParallelism, cpus, loadavg } from 'node:os'
import { runCommand } from '../scripts/command.ts'
import { markdownTable, writeTables } from '../scripts/documentTables.ts'
import { benchCopies } from './attribution/copies.ts'
import { benchExplaining } from './attribution/explaining.ts'
import { benchIndexing } from './attribution/indexing.ts'
import type { Comparison } from './attribution/measure.ts'
import { runNumpy } from './attribution/numpy.ts'
import { SIZES } from './attribution/sizes.ts'
import { benchSketching } from './attribution/sketching.ts'
import { loadTensorFlow } from './attribution/tensorflow.ts'

const PAGE = 'docs/benchmarks.md'
const COLUMNS = ['plain', 'tensorFlow', 'numpy'] as const

await runCommand({
  usage: `npm run bench:attribution [-- --write-docs]
Times explanations, sketches and row indexes at full size. About three minutes and 4 GB of memory; python3 with NumPy is used where
it is there, or the Python that PYTHON names.
  --write-docs   puts the table into docs/benchmarks.md`,
  options: { 'write-docs': { type: 'boolean', default: false } },
  async run({ 'write-docs': write }) {
    const numpy = await runNumpy(SIZES)
    const tensorFlow = await loadTensorFlow()
    const comparisons = [
      await benchExplaining(SIZES, tensorFlow, numpy),
      await benchCopies(SIZES, numpy),
      ...(await benchSketching(SIZES, tensorFlow, numpy)),
      ...(await benchIndexing(SIZES)),
    ]
    const text = `${table(comparisons)}\n\n${machine(numpy?.version)}`
    process.stdout.write(`${text}\n`)
    if (write) writeTables(PAGE, text, 'npm run bench:attribution')
  },
})

function table(comparisons: readonly Comparison[]): string {
  const lines = comparisons.map(({ what, ours, others, note }) => {
    const cells = COLUMNS.map((name) => comparedTo(others[name], ours))
    return [what, `**${spoken(ours)}**`, ...cells, note ?? '']
  })
  return markdownTable(['CPU time on one core', 'ours', 'plain path', 'TensorFlow.js', 'NumPy', ''], lines)
}

function comparedTo(other: number | undefined, ours: number): string {
  return other === undefined ? '' : `${spoken(other)}, × ${(other / ours).toPrecision(2)}`
}

function spoken(milliseconds: number): string {
  return milliseconds < 1000 ? `${milliseconds.toFixed(0)} ms` : `${(milliseconds / 1000).toFixed(1)} s`
}

function machine(numpy: string | undefined): string {
  const [load = 0] = loadavg()
  return (
    `${cpus()[0]?.model ?? 'An unnamed processor'}, ${availableParallelism()} cores with a load of ${load.toFixed(1)} at the end; ` +
    `Node ${process.versions.node}, ${numpy === undefined ? 'no NumPy at hand' : `NumPy ${numpy} on one thread`}.`
  )
}
