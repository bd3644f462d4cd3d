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

export function configIn(source: SourceFolder, where = FILE): readonly ModelConfig[] {
  if (!has(source, FILE)) return []
  return [{ where, config: readJson(source, FILE, z.looseObject({}), 'the configuration of a model') }]
}

export function configBeside(weights: StatedBase['weights']): readonly ModelConfig[] {
  return 'path' in weights ? configAt(weights.path) : []
}

/** Of a folder, or of a file's. */
export function configAt(path: string): readonly ModelConfig[] {
  const folder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true ? path : dirname(path)
  const where = join(folder, FILE)
  return existsSync(where) ? configIn({ path: folder, files: [FILE] }, where) : []
}

/** The weights of a whole model are what was trained, so they are what is published. */
export function requireUnquantised(source: SourceFolder, stated: Quantisation | undefined): null {
  const [stored] = configIn(source).flatMap(({ config }) => storedByConfig(config) ?? [])
  if (stored === undefined && (stated ?? null) === null) return null
  throw new RunError(
    stored === undefined ? RUN_FILES.modelCard : FILE,
    'it says that a base was quantised, and the weights are those of a whole model',
    { quantised: stored === undefined ? wordsOf(stated ?? null) : storedWords(stored) },
    'Name the folder of the adapter, not that of the model it was merged into, or the weights as they were trained.',
  )
}
