/**
 * How the base was quantised while it was tuned, from wherever a tool says so: the card's bitsandbytes section, the
 * configuration of Axolotl or LLaMA-Factory, the name of a base that Unsloth quantised beforehand, or the caller.
 */
import type { ImportedManifest } from '../run/manifest.ts'
import { RUN_FILES } from '../run/manifest.ts'
import { RunError } from '../run/runError.ts'
import type { ModelCard } from './modelCard.ts'
import type { Recognised, ToolConfig } from './trainingTool.ts'

export type Quantisation = ImportedManifest['quantisation']

/** bitsandbytes quantises four-bit weights in blocks of 64. */
const BLOCK = 64

/** @param stated What the caller says; it must not contradict the files. */
export function quantisationOf(
  { tool, config, configFile }: Recognised,
  card: ModelCard | null,
  baseName: string,
  stated: Quantisation | undefined,
): Quantisation {
  const said: { readonly where: string; readonly value: Quantisation | undefined }[] = [
    { where: `the bitsandbytes section of ${RUN_FILES.modelCard}`, value: ofSection(card?.quantisation) },
    { where: configFile ?? '', value: config === null ? undefined : ofConfig(tool, config) },
    { where: `the name of the base, ${baseName}`, value: ofName(baseName) },
    { where: '--quantisation', value: stated },
  ]
  const known = said.filter(({ value }) => value !== undefined)
  const [first] = known
  const other = known.find(({ value }) => JSON.stringify(value) !== JSON.stringify(first?.value))
  if (first !== undefined && other !== undefined)
    throw new RunError(
      RUN_FILES.modelCard,
      'its files contradict each other about the quantised base',
      { [first.where]: wordsOf(first.value), [other.where]: wordsOf(other.value) },
      'They may be of two runs; keep the output of one training in a folder of its own.',
    )
  if (first === undefined && config?.load_in_4bit === true)
    throw new RunError(
      configFile ?? '',
      'it loads the base in four bits, and does not say which',
      { field: 'load_in_4bit' },
      'Say it with --quantisation: nf4, nf4+double, fp4 or fp4+double.',
    )
  if (first?.value && !/^[a-z][a-z0-9-]*$/.test(first.value.scheme))
    throw new RunError(
      RUN_FILES.modelCard,
      `no scheme of quantisation is named "${first.value.scheme}"`,
      { said: first.where },
      'Correct the file that says it; known to bitsandbytes are nf4, fp4 and int8.',
    )
  return first?.value ?? null
}

function ofSection(listed: ModelCard['quantisation'] | undefined): Quantisation | undefined {
  if (listed === undefined || listed.size === 0) return undefined
  const isOn = (name: string) => listed.get(name)?.toLowerCase() === 'true'
  const method = /(\w+)'?>?$/.exec(listed.get('quant_method') ?? 'bitsandbytes')?.[1]?.toLowerCase()
  if (method !== 'bitsandbytes' && method !== 'bits_and_bytes') return ofMethod(method ?? '', listed.get('bits'))
  if (isOn('load_in_8bit') || isOn('_load_in_8bit')) return int8()
  if (!isOn('load_in_4bit') && !isOn('_load_in_4bit')) return null
  return fourBits(listed.get('bnb_4bit_quant_type') ?? 'fp4', isOn('bnb_4bit_use_double_quant'))
}

function ofMethod(method: string, bits: string | undefined): Quantisation {
  const count = Number(bits)
  if (/^[a-z][a-z0-9-]*$/.test(method) && Number.isInteger(count) && count >= 1 && count <= 16)
    return { scheme: method, bits: count, doubleQuant: false, blockSize: null }
  throw new RunError(
    RUN_FILES.modelCard,
    `it says that the base was quantised by ${method || 'an unnamed method'}, and not to how many bits`,
    { field: 'quant_method', bits: bits ?? 'none' },
    'Add the bits to that section.',
  )
}

/**
 * What the two tools make of their own settings: NF4 with its scales quantised again, unless set otherwise
 * (axolotl: src/axolotl/loaders/model.py, _set_quantization_config; LLaMA-Factory: src/llamafactory/hparams/model_args.py).
 */
function ofConfig(tool: Recognised['tool'], config: ToolConfig): Quantisation | undefined {
  if (tool === 'axolotl') {
    if (config.load_in_8bit === true) return int8()
    if (config.load_in_4bit !== true) return config.load_in_4bit === false ? null : undefined
    if (config.adapter !== 'qlora') return undefined
    const told = config.bnb_config_kwargs ?? {}
    return fourBits(String(told.bnb_4bit_quant_type ?? 'nf4'), told.bnb_4bit_use_double_quant !== false)
  }
  if (config.quantization_bit === null || config.quantization_bit === undefined) return undefined
  const method = config.quantization_method ?? 'bnb'
  if (method !== 'bnb' && method !== 'bitsandbytes' && method !== 'BNB')
    return { scheme: method.toLowerCase(), bits: config.quantization_bit, doubleQuant: false, blockSize: null }
  if (config.quantization_bit === 8) return int8()
  return fourBits(config.quantization_type ?? 'nf4', config.double_quantization !== false)
}

/** Unsloth's and others' repositories of weights that bitsandbytes quantised beforehand are named so. */
function ofName(name: string): Quantisation | undefined {
  return /bnb-4bit$/.test(name) ? fourBits('nf4', true) : undefined
}

export function parseQuantisation(text: string): Quantisation | undefined {
  const [, scheme, double] = /^(none|int8|nf4|fp4)(\+double)?$/.exec(text) ?? []
  if (scheme === undefined) return undefined
  if (scheme === 'none') return null
  return scheme === 'int8' ? int8() : fourBits(scheme, double !== undefined)
}

function int8(): Quantisation {
  return { scheme: 'int8', bits: 8, doubleQuant: false, blockSize: null }
}

function fourBits(scheme: string, doubleQuant: boolean): Quantisation {
  return { scheme, bits: 4, doubleQuant, blockSize: BLOCK }
}

function wordsOf(value: Quantisation | undefined): string {
  if (value === null || value === undefined) return 'none'
  return `${value.scheme}, ${value.bits} bits${value.doubleQuant ? ', scales quantised again' : ''}`
}
