/**
 * Bergson: `info.json` and `gradients.bin`, one loss gradient a training document, modules side by side.
 *
 * EleutherAI/bergson, bergson/data.py: create_index, at dab0bd3678ffd7bb4405f278229752e41cadfdd3 (`base_dtype` is a name,
 * "bfloat16" among them) and at 056d4dca159afd5017df367940a1dd8a7e9aa3ef (it is NumPy's "<f4"). An index may be split into
 * folders, read in the order of their names (load_gradient_dataset). Settings are those of `index_config.json` or
 * `processor_config.json`, where they are there (bergson/build.py).
 */
import { z } from 'zod'
import { type ByteOrder, FLOAT_BYTES, type FloatType } from '../run/floats.ts'
import { RunError } from '../run/runError.ts'
import { type RowSource, readBlock, requireSize } from './rowSource.ts'
import { beside, has, openFile, parseJson, readJson, readText, type SourceFolder } from './sourceFolder.ts'

const size = z.int().positive()
const infoSchema = z.object({
  num_grads: size,
  dtype: z.object({ names: z.array(z.string()).min(1), formats: z.array(z.string()), itemsize: size }),
  grad_sizes: z.record(z.string(), size),
  base_dtype: z.string(),
})
type Info = z.infer<typeof infoSchema>

const INFO = 'info.json'
const GRADIENTS = 'gradients.bin'
const SETTINGS = [
  'projection_dim',
  'projection_type',
  'projection_target',
  'projection_scale',
  'projection_seed',
  'include_bias',
  'reshape_to_square',
  'normalizer',
  'model',
  'revision',
] as const

const TYPES: Readonly<Record<string, FloatType>> = {
  float32: 'float32',
  float16: 'float16',
  float64: 'float64',
  bfloat16: 'bfloat16',
  f4: 'float32',
  f2: 'float16',
  f8: 'float64',
}

export function isBergson({ files }: SourceFolder): boolean {
  return files.some((file) => /(^|\/)(gradients|token_gradients)\.bin$/.test(file))
}

export function readBergson(source: SourceFolder): RowSource {
  const perToken = source.files.find((file) => /(^|\/)token_gradients\.bin$/.test(file))
  if (perToken !== undefined)
    throw new RunError(
      perToken,
      'it holds a gradient for every token, and a row is credited whole',
      {},
      'Build the index again without attribute_tokens.',
    )
  const parts = source.files.filter((file) => /(^|\/)gradients\.bin$/.test(file)).map((file) => readPart(source, file))
  const [first, ...others] = parts
  if (first === undefined) throw new RunError(GRADIENTS, 'it is missing', {}, 'Name the folder of the index.')
  requireAlike(first, others)
  requireRaw(source, first)
  const width = Object.values(first.info.grad_sizes).reduce((sum, length) => sum + length, 0)
  return {
    tool: 'bergson',
    content: 'loss-gradient',
    n: parts.reduce((sum, { info }) => sum + info.num_grads, 0),
    width,
    modules: Object.entries(first.info.grad_sizes).map(([name, length]) => ({ name, width: length })),
    settings: settingsOf(source, first),
    files: parts.flatMap(({ file }) => [beside(file, INFO), file]),
    *blocks() {
      let firstRow = 0
      for (const { file, info, element } of parts) {
        const open = openFile(source, file)
        try {
          yield* readBlock(open, { offset: 0, n: info.num_grads, width, ...element, firstRow })
        } finally {
          open.close()
        }
        firstRow += info.num_grads
      }
    },
  }
}

interface Part {
  readonly file: string
  readonly info: Info
  readonly element: { readonly type: FloatType; readonly order: ByteOrder }
}

function readPart(source: SourceFolder, file: string): Part {
  const name = beside(file, INFO)
  const info = readJson(source, name, infoSchema, 'what Bergson says of its gradients')
  const element = elementOf(name, info.base_dtype)
  const width = Object.values(info.grad_sizes).reduce((sum, length) => sum + length, 0)
  const itemsize = width * FLOAT_BYTES[element.type]
  if (info.dtype.names.join() !== Object.keys(info.grad_sizes).join() || info.dtype.itemsize !== itemsize)
    throw new RunError(
      name,
      'its description of a row contradicts its gradient sizes',
      { field: 'dtype', itemsize: info.dtype.itemsize, expected: itemsize },
      'Fetch info.json and gradients.bin afresh, from the same index.',
    )
  const open = openFile(source, file)
  open.close()
  requireSize(open, itemsize * info.num_grads, { num_grads: info.num_grads, itemsize })
  return { file, info, element }
}

function elementOf(file: string, text: string): Part['element'] {
  const type = TYPES[text.replace(/^[<>=|]/, '')]
  if (type !== undefined) return { type, order: text.startsWith('>') ? 'BE' : 'LE' }
  throw new RunError(
    file,
    `it says that gradients are of type ${text}`,
    { field: 'base_dtype' },
    'Build the index with precision fp32, fp16 or bf16.',
  )
}

function requireAlike(first: Part, others: readonly Part[]): void {
  const sizes = JSON.stringify(first.info.grad_sizes)
  const other = others.find(({ info }) => JSON.stringify(info.grad_sizes) !== sizes)
  if (other !== undefined)
    throw new RunError(
      beside(other.file, INFO),
      `it is of another model or projection than ${beside(first.file, INFO)}`,
      { field: 'grad_sizes' },
      'Keep the parts of one index in a folder of their own.',
    )
}

/** Gradients that were multiplied by an inverse Hessian would be whitened twice; those of a sum are of no row. */
function requireRaw(source: SourceFolder, { file }: Part): void {
  const name = beside(file, 'preprocess_config.json')
  if (!has(source, name)) return
  const schema = z.looseObject({ hessian_path: z.string().nullish(), aggregation: z.string().nullish() })
  const { hessian_path, aggregation } = readJson(source, name, schema, "Bergson's preprocessing configuration")
  const isPreconditioned = hessian_path !== undefined && hessian_path !== null && hessian_path !== ''
  if (!isPreconditioned && (aggregation ?? 'none') === 'none') return
  throw new RunError(
    name,
    isPreconditioned ? 'the gradients are preconditioned already' : 'the gradients are summed over documents',
    { field: isPreconditioned ? 'hessian_path' : 'aggregation' },
    'Build the index again without preprocessing; rows are whitened when the run is published.',
  )
}

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()])

function settingsOf(source: SourceFolder, { file }: Part): RowSource['settings'] {
  const name = ['index_config.json', 'processor_config.json'].map((n) => beside(file, n)).find((n) => has(source, n))
  if (name === undefined) return {}
  const config = parseJson(name, readText(source, name), z.looseObject({}), "Bergson's configuration")
  return Object.fromEntries(
    SETTINGS.flatMap((key) => {
      const value = scalar.safeParse(config[key])
      return value.success ? [[key, value.data]] : []
    }),
  )
}
