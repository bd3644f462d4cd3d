/** config.json of a model: beside the weights that were trained, or beside those of their base. */
import { existsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { RUN_FILES } from '../run/manifest.ts'
import { RunError } from '../run/runError.ts'
import type { StatedBase } from './baseModel.ts'
import { type Quantisation, wordsOf } from './schemes.ts'
import { has, readJson, type SourceFolder } from './sourceFolder.ts'
import { storedByConfig, storedWords } from './storedQuantisation.ts'

const FILE = 'config.json'

export interface ModelConfig {
  readonly where: string
  readonly config: unknown
}

/** Where quantisers leave their settings beside config.json, and which method that is (AutoGPTQ, AutoAWQ; ModelOpt names it). */
const BESIDE: Readonly<Record<string, object>> = {
  'quantize_config.json': { quant_method: 'gptq' },
  'quant_config.json': { quant_method: 'awq' },
  'hf_quant_config.json': {},
}

/** @param folder What the folder is called, where its name helps. */
export function configIn(source: SourceFolder, folder = ''): readonly ModelConfig[] {
  return [FILE, ...Object.keys(BESIDE)].flatMap((file) => {
    if (!has(source, file)) return []
    const read = readJson(source, file, z.looseObject({}), 'the configuration of a model')
    const isWhole = file === FILE || 'quantization' in read
    return [
      { where: join(folder, file), config: isWhole ? read : { quantization_config: { ...BESIDE[file], ...read } } },
    ]
  })
}

export function configBeside(weights: StatedBase['weights']): readonly ModelConfig[] {
  return 'path' in weights ? configAt(weights.path) : []
}

/** Of a folder, or of a file's. */
export function configAt(path: string): readonly ModelConfig[] {
  const folder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true ? path : dirname(path)
  const files = [FILE, ...Object.keys(BESIDE)].filter((file) => existsSync(join(folder, file)))
  return configIn({ path: folder, files }, folder)
}

/** The weights of a whole model are what was trained, so they are what is published. */
export function requireUnquantised(source: SourceFolder, stated: Quantisation | undefined): null {
  const [stored] = configIn(source).flatMap(({ where, config }) => {
    const found = storedByConfig(config)
    return found === undefined ? [] : [{ where, found }]
  })
  if (stored === undefined && (stated ?? null) === null) return null
  throw new RunError(
    stored?.where ?? RUN_FILES.modelCard,
    'it says that a base was quantised, and the weights are those of a whole model',
    { quantised: stored === undefined ? wordsOf(stated ?? null) : storedWords(stored.found) },
    'Name the folder of the adapter, not that of the model it was merged into, or the weights as they were trained.',
  )
}
