/**
 * Each module of an adapter compared with its configuration: targets, exclusions, layers, ranks, and what else the configuration says
 * of it. (huggingface/peft 0.21.0, src/peft/tuners/tuners_utils.py: check_target_module_exists; src/peft/utils/other.py:
 * get_pattern_key.) `pipeline/gpu/attribution_run/adapter_rules.py` says the same; test/fixtures/peftAdapters.json holds both to it.
 */
import { RUN_FILES } from './manifest.ts'
import facts from './peftAdapter.json' with { type: 'json' }
import type { PeftConfig } from './peftConfig.ts'
import { matchWhole } from './pythonPattern.ts'
import { RunError as Refused, type RunError } from './runError.ts'

export interface PeftModules {
  /** Both factors of a module, by "A" and "B". */
  readonly factors: ReadonlyMap<string, ReadonlyMap<string, { readonly shape: readonly number[] }>>
  /** Which modules have a DoRA magnitude, and which a bias of B. */
  readonly magnitudes: ReadonlySet<string>
  readonly biases: ReadonlySet<string>
  /** What is held whole: module, and which part of it. */
  readonly whole: readonly { readonly module: string; readonly part: string; readonly shape: readonly number[] }[]
}

const [CONFIG, FILE] = [RUN_FILES.adapterConfig, RUN_FILES.adapterModel]
const SAVE_AGAIN =
  'Save the adapter again with model.save_pretrained(folder), and keep both files of one training together.'

export function checkModules(modules: PeftModules, config: PeftConfig): void {
  const adapted = [...modules.factors.keys()]
  checkTargets(adapted, config)
  checkRanks(modules, config)
  checkEach('use_dora', config.use_dora === true, adapted, modules.magnitudes, 'a magnitude')
  checkEach('lora_bias', config.lora_bias === true, adapted, modules.biases, 'a bias of B')
  checkWhole(modules, config)
}

const endsWith = (module: string, name: string): boolean => module === name || module.endsWith(`.${name}`)
const contains = (module: string, name: string): boolean => `.${module}.`.includes(`.${name}.`)

/** A list of names, each the end of a path, or a pattern for whole paths. */
function among(field: string, names: readonly string[] | string, modules: readonly string[]): ReadonlySet<string> {
  if (typeof names !== 'string')
    return new Set(modules.filter((module) => names.some((name) => endsWith(module, name))))
  if (field === 'target_modules' && names === 'all-linear') return new Set(modules)
  return matchOrRefuse(field, names, modules)
}

function matchOrRefuse(field: string, pattern: string, modules: readonly string[]): ReadonlySet<string> {
  const found = matchWhole(pattern, modules)
  if (found !== null) return found
  throw new Refused(CONFIG, 'its pattern cannot be read', { field, pattern }, 'Name the modules in a list.')
}

function checkTargets(adapted: readonly string[], config: PeftConfig): void {
  const { target_modules: targets, exclude_modules: excluded, modules_to_save: saved } = config
  const modules = adapted.filter((module) => !isOfParameter(module, config))
  if (targets !== null && targets !== undefined) {
    const found = among('target_modules', targets, modules)
    for (const module of modules)
      if (!found.has(module))
        throw refusal(FILE, `module "${module}" is not among the adapter's targets`, {
          field: 'target_modules',
          targets: String(targets),
        })
    checkLayers(modules, targets, config)
    checkEveryTarget(modules, targets, saved ?? [])
  }
  const left = excluded ? among('exclude_modules', excluded, modules) : new Set<string>()
  for (const module of modules) {
    if (left.has(module))
      throw refusal(FILE, `module "${module}" is one that the adapter excludes`, { field: 'exclude_modules' })
    const name = saved?.find((each) => contains(module, each))
    if (name !== undefined)
      throw refusal(FILE, `module "${module}" has factors and was to be saved whole`, {
        field: 'modules_to_save',
        name,
      })
  }
  for (const parameter of config.target_parameters ?? [])
    if (!adapted.some((module) => endsWith(plain(module), parentOf(parameter))))
      throw refusal(CONFIG, `its target "${parameter}" matches no module of the adapter`, {
        field: 'target_parameters',
      })
}

/** A name that matches nothing is a slip, or belongs to another model. */
function checkEveryTarget(
  modules: readonly string[],
  targets: readonly string[] | string,
  saved: readonly string[],
): void {
  if (typeof targets === 'string') return
  const idle = targets.find(
    (name) => !modules.some((module) => endsWith(module, name)) && !saved.some((each) => contains(name, each)),
  )
  if (idle !== undefined)
    throw refusal(CONFIG, `its target "${idle}" matches no module of the adapter`, { field: 'target_modules' })
}

function checkLayers(modules: readonly string[], targets: readonly string[] | string, config: PeftConfig): void {
  const { layers_to_transform: layers, layers_pattern } = config
  if (typeof targets === 'string' || layers === null || layers === undefined) return
  const chosen = [layers].flat()
  if (chosen.length === 0) return
  const patterns = [layers_pattern ?? []].flat()
  const places =
    patterns.length === 0
      ? [/^.*?\.[^.]*\.(\d+)\./]
      : patterns.map((name) => new RegExp(`(?:^|\\.)${escaped(name)}\\.(\\d+)\\.`))
  for (const module of modules) {
    if (targets.includes(module)) continue
    const layer = places.map((place) => place.exec(module)?.[1]).find((found) => found !== undefined)
    if (layer === undefined || !chosen.includes(Number(layer)))
      throw refusal(FILE, `module "${module}" is of a layer that was not to be trained`, {
        field: 'layers_to_transform',
        layers: chosen.join(' '),
      })
  }
}

/** Both factors are matrices that meet in the rank: r, or what the first pattern that fits the module says. */
function checkRanks({ factors }: PeftModules, config: PeftConfig): void {
  const adapted = [...factors.keys()]
  const ranks = patternsOf('rank_pattern', config.rank_pattern ?? {}, adapted, config)
  patternsOf('alpha_pattern', config.alpha_pattern ?? {}, adapted, config)
  for (const [module, sides] of factors) {
    const [a, b] = [sides.get('A'), sides.get('B')]
    if (a === undefined || b === undefined)
      throw refusal(FILE, `module "${module}" lacks one of its two factors`, { missing: a ? 'lora_B' : 'lora_A' })
    const [inner, outer] = [a.shape[0] as number, b.shape[1]]
    const shapes = { A: a.shape.join('×'), B: b.shape.join('×') }
    if (a.shape.length < 2 || a.shape.length !== b.shape.length || inner !== outer)
      throw refusal(FILE, `the factors of module "${module}" do not fit each other`, shapes)
    // Parameters that are not modules, such as all experts of a layer in one tensor, have a pair of factors for each expert.
    const isParameter = isOfParameter(module, config)
    const expected = ranks.get(module) ?? config.r
    const allowed = isParameter ? [config.r, ...Object.values(config.rank_pattern ?? {})] : [expected]
    if (!allowed.some((rank) => (isParameter ? inner % rank === 0 : inner === rank)))
      throw refusal(FILE, `module "${module}" has another rank than ${CONFIG} says`, {
        ...shapes,
        field: ranks.has(module) ? 'rank_pattern' : 'r',
        expected: allowed.join(' or '),
      })
  }
}

/** Module → the value of the first pattern that fits it. A pattern that fits none is of another model. */
function patternsOf(
  field: 'rank_pattern' | 'alpha_pattern',
  patterns: Readonly<Record<string, number>>,
  adapted: readonly string[],
  { target_parameters }: PeftConfig,
): ReadonlyMap<string, number> {
  const values = new Map<string, number>()
  const parameters = (target_parameters ?? []).filter((name) =>
    adapted.some((module) => endsWith(plain(module), parentOf(name))),
  )
  for (const [key, value] of Object.entries(patterns)) {
    const found = matchOrRefuse(field, `(?:.*\\.)?(?:${key})`, [...adapted, ...parameters])
    if (found.size === 0) throw refusal(CONFIG, `its pattern "${key}" fits no module of the adapter`, { field })
    for (const module of found) if (!values.has(module)) values.set(module, value)
  }
  return values
}

/** What the configuration switches on, every module has, and what it does not, none. */
function checkEach(
  field: string,
  isOn: boolean,
  adapted: readonly string[],
  having: ReadonlySet<string>,
  what: string,
): void {
  const odd = adapted.find((module) => having.has(module) !== isOn)
  if (odd !== undefined)
    throw refusal(FILE, `module "${odd}" has ${isOn ? 'not ' : ''}${what}`, { field, value: String(isOn) })
}

function checkWhole({ factors, whole }: PeftModules, config: PeftConfig): void {
  const saved = config.modules_to_save ?? []
  const heads: readonly string[] = Object.values(facts.heads).flat()
  const missing = saved.filter((name) => !whole.some(({ module }) => contains(module, name)))
  // Of a classifier PEFT lists every name that its head may have: "classifier" and "score".
  const isExcused = (name: string) =>
    heads.includes(name) && saved.some((other) => heads.includes(other) && !missing.includes(other))
  const absent = missing.filter((name) => !isExcused(name))
  if (absent.length > 0)
    throw refusal(FILE, 'modules that were to be saved are missing', {
      field: 'modules_to_save',
      names: absent.join(' '),
    })
  checkTokens(whole, config)
  for (const { module, part } of whole) {
    const isNamed = saved.some((name) => contains(module, name))
    const isBias =
      part === 'bias' && (config.bias === 'all' || (config.bias === 'lora_only' && factors.has(plain(module))))
    const isHead = (taskHeads[config.task_type ?? ''] ?? []).some((name) => contains(module, name))
    const isKnown = part === TOKENS || isNamed || isBias || isHead || EMBEDDING.test(module)
    if (!isKnown)
      throw refusal(FILE, `module "${module}" is held whole, and ${CONFIG} does not say why`, {
        field: 'modules_to_save',
      })
  }
}

const TOKENS = 'token_adapter.trainable_tokens_delta'
const EMBEDDING = new RegExp(facts.embedding)
const taskHeads: Readonly<Record<string, readonly string[]>> = facts.heads

/** Tokens whose embeddings were trained alone: as many rows as the configuration lists. */
function checkTokens(whole: PeftModules['whole'], { trainable_token_indices: indices }: PeftConfig): void {
  const field = 'trainable_token_indices'
  const held = whole.filter(({ part }) => part === TOKENS)
  if (indices === null || indices === undefined) {
    if (held.length > 0)
      throw refusal(FILE, `module "${held[0]?.module}" has tokens that ${CONFIG} does not list`, { field })
    return
  }
  if (held.length === 0) throw refusal(FILE, 'the tokens that were to be trained are missing', { field })
  for (const { module, shape } of held) {
    const listed = Array.isArray(indices)
      ? indices
      : Object.entries(indices).find(([name]) => endsWith(module, name))?.[1]
    if (listed?.length !== shape[0])
      throw refusal(FILE, `module "${module}" has another number of trained tokens than ${CONFIG} lists`, {
        field,
        found: shape[0] ?? 0,
        expected: listed?.length ?? 0,
      })
  }
}

/** A layer that PEFT wrapped once more keeps its first self as `base_layer`. */
function plain(module: string): string {
  return module.replace(/(\.base_layer)+$/, '')
}

function parentOf(parameter: string): string {
  return parameter.slice(0, Math.max(0, parameter.lastIndexOf('.')))
}

function isOfParameter(module: string, { target_parameters }: PeftConfig): boolean {
  return (target_parameters ?? []).some((name) => endsWith(plain(module), parentOf(name)))
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

function refusal(file: string, what: string, about: RunError['facts']): RunError {
  return new Refused(file, what, about, SAVE_AGAIN)
}
