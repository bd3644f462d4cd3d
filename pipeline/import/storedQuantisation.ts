/**
 * How weights are stored, before anybody loads them: from the `quantization_config` of a model's config.json, or from its name.
 *
 * huggingface/transformers 5.18.0, src/transformers/utils/quantization_config.py: QuantizationMethod and the configurations' fields.
 * Names are those that quantisers publish under: bitsandbytes and Unsloth (-bnb-4bit), AutoGPTQ and GPTQModel (-GPTQ, -GPTQ-Int4),
 * AutoAWQ (-AWQ), llm-compressor (-FP8-dynamic, -quantized.w4a16), MLX (-4bit), llama.cpp (-GGUF, -Q4_K_M), ExLlama (-exl2), HQQ, AQLM, …
 */
import { fourBits, int8, type Quantisation } from './schemes.ts'
import { isOn } from './toolSettings.ts'

export interface Stored {
  /** Its method, where it is known. */
  readonly method: string | null
  readonly bits: number | null
  /** Null where method and bits are not enough to say it all. */
  readonly exact: Quantisation
}

const METHODS =
  'gptq awq aqlm hqq vptq eetq quanto spqr higgs exl2 exl3 gguf ggml autoround auto-round auto_round torchao bitnet quark marlin quip sinq nf4 fp4 nvfp4 mxfp4 mxfp8 fp8 int8 int4 int3 int2 w4a16 w4a8 w8a8 w8a16 fp6 float8 e4m3 e5m2 smoothquant bnb quantized quantised compressed-tensors dwq sdnq'.split(
    ' ',
  )
const NAMED = new RegExp(`(?:^|[-_.])(${METHODS.join('|')})(?=[-_.]|a?\\d|$)`, 'i')
/** "4bit", "4-bit", "4.65bpw". */
const BITS = /(?:^|[-_.])(\d{1,2}(?:\.\d+)?)[-_]?(?:bits?|bpw)(?=[-_.]|$)/i
/** "int4", "w4a16", "w4g128", "int8wo"; "8da4w" of torchao. */
const WEIGHTS = /(?:^|[-_.])(?:int|w|\dda(?=\dw))(\d)(?=[-_.]|[ag]\d|wo?|$)/i
/** "Q4_K_M", "IQ2_XXS", "q8" at the end; "q4f16_1" of MLC. */
const LLAMA_CPP = /(?:^|[-_.])[it]?q(\d)(?:(?:f\d+)?(?:_[0-9a-z]+)+(?=[-_.]|$)|f\d+(?=[-_.]|$)|$)/i
/** Models that are published in eight or four bits and no more. */
const PUBLISHED: readonly (readonly [RegExp, string, number])[] = [
  [/^openai\/gpt-oss-/i, 'mxfp4', 4],
  [/^deepseek-ai\/DeepSeek-(?:V3|R1)(?!-Distill)/i, 'fp8', 8],
  [/^moonshotai\/Kimi-K2-(?:Base|Instruct)/i, 'fp8', 8],
  [/^MiniMaxAI\/MiniMax-M2/i, 'fp8', 8],
]
/** What a word in a name says of the bits. */
const BITS_OF: Readonly<Record<string, number>> = {
  nf4: 4,
  fp4: 4,
  nvfp4: 4,
  mxfp4: 4,
  int4: 4,
  w4a16: 4,
  w4a8: 4,
  int3: 3,
  int2: 2,
  fp6: 6,
  mxfp8: 8,
  fp8: 8,
  float8: 8,
  e4m3: 8,
  e5m2: 8,
  int8: 8,
  w8a8: 8,
  w8a16: 8,
}
/** Words for a number of bits, by whichever method. */
const ANY_METHOD =
  'int8 int4 int3 int2 w4a16 w4a8 w8a8 w8a16 fp6 float8 e4m3 e5m2 smoothquant quantized quantised'.split(' ')

/** Undefined where a name says nothing, which is not the same as full precision. */
export function storedByName(told: string): Stored | undefined {
  const name = modelIn(told)
  const published = PUBLISHED.find(([pattern]) => pattern.test(name))
  if (published !== undefined) return exactly(published[1], published[2])
  const last = name.split('/').at(-1) ?? name
  if (/unquanti[sz]ed|dequanti[sz]ed/i.test(last)) return undefined
  const word = NAMED.exec(last)?.[1]?.toLowerCase()
  const said = [BITS, LLAMA_CPP, WEIGHTS].map((each) => each.exec(last)?.[1]).find((each) => each !== undefined)
  // "1.58bit" and "4.65bpw" are means, and no scheme's bits.
  const bits = Number.isInteger(Number(said)) ? Number(said) : (BITS_OF[word ?? ''] ?? null)
  if (word === 'bnb') {
    const isUnsloth = /^unsloth\//i.test(name)
    return {
      method: 'bitsandbytes',
      bits,
      exact: bits === 8 ? int8() : bits === 4 && isUnsloth ? fourBits('nf4', true) : null,
    }
  }
  if (word === undefined && said === undefined) return undefined
  const method = word === undefined || ANY_METHOD.includes(word) ? null : word.replace('_', '-')
  return method !== null && bits !== null && method !== 'nf4' && method !== 'fp4'
    ? exactly(method, bits)
    : { method, bits, exact: null }
}

/** A path without the slash at its end, or the model that a folder of the Hub's cache is of. */
function modelIn(told: string): string {
  const cached = /(?:^|[\\/])models--([^\\/]+)/.exec(told)?.[1]
  return cached?.replaceAll('--', '/') ?? told.replace(/[\\/]+$/, '')
}

/** Of a model's config.json; undefined where it is not quantised. */
export function storedByConfig(config: unknown): Stored | undefined {
  const about = toldIn(config)
  if (about === undefined) return undefined
  if (isOn(about.load_in_8bit) || isOn(about._load_in_8bit)) return { method: 'bitsandbytes', bits: 8, exact: int8() }
  if (isOn(about.load_in_4bit) || isOn(about._load_in_4bit)) {
    const exact = fourBits(String(about.bnb_4bit_quant_type ?? 'fp4'), isOn(about.bnb_4bit_use_double_quant))
    return { method: 'bitsandbytes', bits: 4, exact }
  }
  const word = (value: unknown) => String(value).toLowerCase().replaceAll('_', '-')
  const method = word(about.quant_method ?? about.quantization_method ?? about.quant_algo ?? 'unnamed')
  if (method === 'bitsandbytes') return undefined
  const bits = [
    about.bits,
    about.nbits,
    about.w_bit,
    weightBits(about.config_groups),
    BITS_OF[word(about.quant_algo)],
    BITS_OF[method],
    BITS_OF[method.replace(/^.*-/, '')],
  ]
  const found = bits.map((each) => (typeof each === 'string' ? Number(each) : each)).find(Number.isInteger)
  if (typeof found !== 'number') return { method, bits: null, exact: null }
  return method === 'unnamed' ? { method, bits: found, exact: null } : exactly(method, found)
}

/** compressed-tensors once had a field of its own, MLX has another; a model of several parts says it of one of them. */
function toldIn(config: unknown): Readonly<Record<string, unknown>> | undefined {
  const parts = isObject(config) ? [config, ...Object.values(config).filter(isObject)] : []
  return parts
    .flatMap((part) => [part.quantization_config, part.compression_config, part.quantization])
    .find((told) => typeof told === 'object' && told !== null) as Readonly<Record<string, unknown>> | undefined
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** compressed-tensors keeps the bits in groups of layers; several different ones are no single number. */
function weightBits(groups: unknown): number | undefined {
  if (typeof groups !== 'object' || groups === null) return undefined
  const found = new Set(Object.values(groups).map((group) => group?.weights?.num_bits))
  const [bits] = found
  return found.size === 1 && typeof bits === 'number' ? bits : undefined
}

function exactly(method: string, bits: number): Stored {
  const isName = /^[a-z][a-z0-9-]*$/.test(method)
  return { method, bits, exact: isName ? { scheme: method, bits, doubleQuant: false, blockSize: null } : null }
}

/** Whether a quantisation can be that of weights that are stored so. */
export function isOf(quantisation: Quantisation, { method, bits }: Stored): boolean {
  if (quantisation === null) return false
  const own = ['nf4', 'fp4', 'int8'].includes(quantisation.scheme) ? 'bitsandbytes' : quantisation.scheme
  const isMethod = method === null || method === 'unnamed' || own === method || quantisation.scheme === method
  return isMethod && (bits === null || bits === quantisation.bits)
}

export function storedWords({ method, bits }: Stored): string {
  return [method ?? 'quantised', bits === null ? undefined : `${bits} bits`]
    .filter((part) => part !== undefined)
    .join(', ')
}
