/**
 * How the base was quantised while it was tuned: by how its weights are stored, and by how they were loaded, from wherever a tool says
 * so. Silence says neither, so the caller is asked.
 */
import { RUN_FILES } from '../run/manifest.ts'
import { RunError } from '../run/runError.ts'
import type { ModelCard } from './modelCard.ts'
import { type Quantisation, SCHEMES, wordsOf } from './schemes.ts'
import { isOf, type Stored, storedByConfig, storedByName, storedWords } from './storedQuantisation.ts'
import { type Loaded, type Recognised, TOOL_SETTINGS } from './toolSettings.ts'

export interface QuantisationSources {
  readonly recognised: Recognised
  readonly card: ModelCard | null
  /** What the base is called, by the adapter, the card and the caller. */
  readonly names: readonly string[]
  /** config.json of the base, where it is at hand, and where that is. */
  readonly configs: readonly { readonly where: string; readonly config: unknown }[]
  /** What the caller says; it must not contradict the files. */
  readonly stated: Quantisation | undefined
}

interface Said<T> {
  readonly where: string
  readonly value: T
}

export function quantisationOf(sources: QuantisationSources): Quantisation {
  const { stated } = sources
  const stored = storedOf(sources)
  const loaded = loadedOf(sources)
  const known: Said<Quantisation>[] = [
    ...loaded.flatMap(({ where, value }) => (isUnnamed(value) ? [] : [{ where, value }])),
    ...(stated === undefined ? [] : [{ where: 'what you say', value: stated }]),
  ]
  // A tool that loads nothing in fewer bits says nothing of weights that are stored in them.
  const said =
    stored === undefined ? known : known.filter(({ where, value }) => value !== null || where === 'what you say')
  const [first] = said
  const other = said.find(({ value }) => JSON.stringify(value) !== JSON.stringify(first?.value))
  if (first !== undefined && other !== undefined) throw contradiction(first, other)
  if (stored !== undefined && first !== undefined && !isOf(first.value, stored.value))
    throw contradiction(first, { where: stored.where, value: storedWords(stored.value) })
  const found = first === undefined ? stored?.value.exact : first.value
  if (found === undefined || (found === null && stored !== undefined)) throw unknown(sources, stored, loaded)
  return requireScheme(found, first?.where ?? stored?.where ?? '')
}

/** What says that the weights are stored in fewer bits; a configuration says more than a name. */
function storedOf({ names, configs }: QuantisationSources): Said<Stored> | undefined {
  for (const { where, config } of configs) {
    const value = storedByConfig(config)
    if (value !== undefined) return { where: `quantization_config of ${where}`, value }
  }
  for (const name of names) {
    const value = storedByName(name)
    if (value !== undefined) return { where: `the name of the base, ${name}`, value }
  }
  return undefined
}

function loadedOf({ card, recognised }: QuantisationSources): readonly Said<Loaded>[] {
  const { tool, config, configFile } = recognised
  const told = TOOL_SETTINGS[tool]
  return [
    ...(card === null || card.quantisation.size === 0
      ? []
      : [{ where: `the quantisation section of ${RUN_FILES.modelCard}`, value: ofSection(card.quantisation) }]),
    ...(config === null || told === undefined ? [] : [{ where: configFile ?? '', value: told.loaded(config) }]),
  ]
}

/** What PEFT copies into a card is the quantization_config of the model that was tuned. */
function ofSection(listed: ModelCard['quantisation']): Loaded {
  const isOn = (name: string) => listed.get(name)?.toLowerCase() === 'true'
  const method = /(\w+)'?>?$/.exec(listed.get('quant_method') ?? 'bitsandbytes')?.[1]?.toLowerCase()
  const isBitsandbytes = method === 'bitsandbytes' || method === 'bits_and_bytes'
  const about = isBitsandbytes
    ? {
        load_in_8bit: isOn('load_in_8bit') || isOn('_load_in_8bit'),
        load_in_4bit: isOn('load_in_4bit') || isOn('_load_in_4bit'),
        quant_method: 'bitsandbytes',
        bnb_4bit_quant_type: listed.get('bnb_4bit_quant_type'),
        bnb_4bit_use_double_quant: isOn('bnb_4bit_use_double_quant'),
      }
    : { quant_method: method, ...(/^\d+$/.test(listed.get('bits') ?? '') && { bits: Number(listed.get('bits')) }) }
  const stored = storedByConfig({ quantization_config: about })
  return stored === undefined ? null : (stored.exact ?? { unnamed: 'bits' })
}

function isUnnamed(value: Loaded): value is { readonly unnamed: string } {
  return value !== null && 'unnamed' in value
}

function requireScheme(found: Quantisation, where: string): Quantisation {
  if (found === null || /^[a-z][a-z0-9-]*$/.test(found.scheme)) return found
  throw new RunError(
    RUN_FILES.modelCard,
    `no scheme of quantisation is named "${found.scheme}"`,
    { said: where },
    'Correct the file that says it; known to bitsandbytes are nf4, fp4 and int8.',
  )
}

function contradiction(first: Said<Quantisation>, other: Said<Quantisation | string>): RunError {
  const said = ({ where, value }: Said<Quantisation | string>) =>
    `${typeof value === 'string' ? value : wordsOf(value)}, by ${where}`
  const isOfCard = [first, other].some(({ where }) => where.includes(RUN_FILES.modelCard))
  return new RunError(
    isOfCard ? RUN_FILES.modelCard : RUN_FILES.adapterConfig,
    'its files contradict each other about the quantised base',
    { said: said(first), other: said(other) },
    'They may be of two runs; keep the output of one training in a folder of its own.',
  )
}

function unknown(
  { names, recognised: { configFile } }: QuantisationSources,
  stored: Said<Stored> | undefined,
  loaded: readonly Said<Loaded>[],
): RunError {
  const field = loaded
    .map(({ value }) => (isUnnamed(value) ? value.unnamed : undefined))
    .find((name) => name !== undefined)
  const quantised = stored?.where ?? (field === undefined ? undefined : (configFile ?? RUN_FILES.modelCard))
  return new RunError(
    stored === undefined ? (configFile ?? RUN_FILES.adapterConfig) : RUN_FILES.adapterConfig,
    quantised === undefined
      ? 'no file says whether the base was quantised while it was tuned'
      : 'its base was quantised, and no file says how',
    {
      base: names[0] ?? 'not named',
      ...(stored !== undefined && { said: stored.where }),
      ...(field !== undefined && { field }),
    },
    `Say it with --quantisation: ${SCHEMES}.`,
  )
}
