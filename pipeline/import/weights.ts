import { join } from 'node:path'
import { RUN_FILES } from '../run/manifest.ts'
import { type PeftAdapter, readPeftAdapter } from '../run/peftAdapter.ts'
import { RunError } from '../run/runError.ts'
import { readPlaces, requireFiniteTensors } from './largeTensors.ts'
import { has, readBytes, type SourceFolder } from './sourceFolder.ts'

/** What was trained: a LoRA adapter, or a whole model. Weights in pickles are never loaded, and so are none. */
export type Weights =
  | {
      readonly kind: 'adapter'
      readonly adapter: PeftAdapter
      readonly config: Uint8Array
      readonly model: Uint8Array
    }
  | { readonly kind: 'model'; readonly files: readonly string[] }

const MODEL = /^model(-\d{5}-of-\d{5})?\.safetensors$/
const PICKLED = ['adapter_model.bin', 'pytorch_model.bin']

export function readWeights(source: SourceFolder): Weights {
  const isAdapter = [RUN_FILES.adapterConfig, RUN_FILES.adapterModel, 'adapter_model.bin'].some((f) => has(source, f))
  const models = source.files.filter((file) => MODEL.test(file))
  if (isAdapter) {
    if (models.length > 0)
      throw new RunError(
        models[0] ?? '',
        'it is a whole model beside an adapter',
        {},
        'Keep the adapter and the merged model in folders of their own, and name one.',
      )
    if (!has(source, RUN_FILES.adapterModel)) refusePickle(source)
    const config = readBytes(source, RUN_FILES.adapterConfig)
    const model = readBytes(source, RUN_FILES.adapterModel)
    return { kind: 'adapter', adapter: readPeftAdapter(config, model), config, model }
  }
  if (models.length === 0) refusePickle(source)
  if (models.length === 0)
    throw new RunError(
      source.path,
      'it holds no weights',
      { files: source.files.length },
      `Name the folder with ${RUN_FILES.adapterConfig} and ${RUN_FILES.adapterModel}, or with model.safetensors.`,
    )
  requireAllShards(models)
  for (const file of models) requireFiniteTensors(source, readPlaces(source, file))
  return { kind: 'model', files: models }
}

export function pathIn(source: SourceFolder, file: string): string {
  return join(source.path, file)
}

function requireAllShards(files: readonly string[]): void {
  const counts = new Set(files.map((file) => /-of-(\d{5})/.exec(file)?.[1] ?? '00001'))
  const [count] = counts
  if (counts.size === 1 && Number(count) === files.length) return
  throw new RunError(
    files[0] ?? '',
    'it is a part of a model whose other parts are missing',
    { found: files.length, expected: Number(count) },
    'Fetch all parts of the model, and those of one model only.',
  )
}

function refusePickle(source: SourceFolder): void {
  const pickled = PICKLED.find((file) => has(source, file))
  if (pickled === undefined) return
  const isAdapter = pickled.startsWith('adapter')
  throw new RunError(
    pickled,
    'it is a pickle, which may run any program when it is loaded, so it never is',
    {},
    isAdapter
      ? 'Convert it where it was made: load the model with PEFT and call save_pretrained(folder, safe_serialization=True).'
      : 'Convert it where it was made: load the model and call save_pretrained(folder), which writes safetensors.',
  )
}
