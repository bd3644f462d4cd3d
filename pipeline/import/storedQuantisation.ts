/**
 * How weights are stored, before anybody loads them: from the `quantization_config` of a model's config.json, or from its name.
 *
 * huggingface/transformers 5.18.0, src/transformers/utils/quantization_config.py: QuantizationMethod and the configurations' fields.
 * Names are those that quantisers publish under: bitsandbytes and Unsloth (-bnb-4bit), AutoGPTQ and GPTQModel (-GPTQ, -GPTQ-Int4),
 * AutoAWQ (-AWQ), llm-compressor (-FP8-dynamic, -quantized.w4a16), MLX (-4bit), llama.cpp (-GGUF, -Q4_K_M), ExLlama (-exl2), HQQ, AQLM, …
 */
import { fourBits, int8, type Quantisation } from './schemes.ts'

export interface Stored {
  /** Its method, where it is known. */
  readonly method: string | null
  readonly bits: number | null
  /** Null where method and bits are not enough to say it all. */
  readonly exact: Quantisation
}

const METHODS =
  'gptq awq aqlm hqq vptq eetq quanto spqr higgs exl2 exl3 gguf ggml autoround auto-round auto_round torchao bitnet quark marlin quip sinq nf4 fp4 nvfp4 mxfp4 mxfp8 fp8 int8 int4 int3 int2 w4a16 w4a8 w8a8 w8a16 bnb quantized quantised compressed-tensors dwq sdnq'.split(
    ' ',
  )
const NAMED = new RegExp(`(?:^|[-_.])(${METHODS.join('|')})(?=[-_.]|\\d|$)`, 'i')
const BITS = /(?:^|[-_.])(\d{1,2})[-_]?bits?(?=[-_.]|$)/i
const LLAMA_CPP = /(?:^|[-_.])i?q(\d)(?:_[0-9a-z]+)*(?=[-_.]|$)/i
/** Models that are published in eight or four bits and no more. */
const PUBLISHED: readonly (readonly [RegExp, string, number])[] = [
  [/^openai\/gpt-oss-/i, 'mxfp4', 4],
  [/^deepseek-ai\/DeepSeek-(?:V3|R1)(?!-Distill)/i, 'fp8', 8],
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
  mxfp8: 8,
  fp8: 8,
  int8: 8,
  w8a8: 8,
  w8a16: 8,
}
/** Words for a number of bits, by whichever method. */
const ANY_METHOD = ['int8', 'int4', 'int3', 'int2', 'w4a16', 'w4a8', 'w8a8', 'w8a16', 'quantized', 'quantised']

/** Undefined where a name says nothing, which is not the same as full precision. */
export function storedByName(name: string): Stored | undefined {
  const published = PUBLISHED.find(([pattern]) => pattern.test(name))
  if (published !== undefined) return exactly(published[1], published[2])
  const last = name.split('/').at(-1) ?? name
  if (/unquanti[sz]ed|dequanti[sz]ed/i.test(last)) return undefined
  const word = NAMED.exec(last)?.[1]?.toLowerCase()
  const said = BITS.exec(last)?.[1] ?? LLAMA_CPP.exec(last)?.[1] ?? /(?:int|w)(\d)(?=[-_.a]|$)/i.exec(last)?.[1]
  const bits = said === undefined ? (BITS_OF[word ?? ''] ?? null) : Number(said)
  if (word === 'bnb') {
    const isUnsloth = /^unsloth\//i.test(name)
    return {
      method: 'bitsandbytes',
      bits,
      exact: bits === 8 ? int8() : bits === 4 && isUnsloth ? fourBits('nf4', true) : null,
    }
  }
  if (word === undefined && bits === null) return undefined
  const method = word === undefined || ANY_METHOD.includes(word) ? null : word.replace('_', '-')
  return method !== null && bits !== null && method !== 'nf4' && method !== 'fp4'
    ? exactly(method, bits)
    : { method, bits, exact: null }
}

/** Of a model's config.json; undefined where it is not quantised. */
export function storedByConfig(config: unknown): Stored | undefined {
  const { quantization_config: told } = (config ?? {}) as { quantization_config?: unknown }
  if (typeof told !== 'object' || told === null) return undefined
  const about = told as Readonly<Record<string, unknown>>
  if (about.load_in_8bit === true || about._load_in_8bit === true)
    return { method: 'bitsandbytes', bits: 8, exact: int8() }
  if (about.load_in_4bit === true || about._load_in_4bit === true) {
    const exact = fourBits(String(about.bnb_4bit_quant_type ?? 'fp4'), about.bnb_4bit_use_double_quant === true)
    return { method: 'bitsandbytes', bits: 4, exact }
  }
  const method = String(about.quant_method ?? about.quantization_method ?? 'unnamed')
    .toLowerCase()
    .replaceAll('_', '-')
  if (method === 'bitsandbytes') return undefined
  const bits = [
    about.bits,
    about.nbits,
    about.w_bit,
    weightBits(about.config_groups),
    BITS_OF[method],
    BITS_OF[method.replace(/^.*-/, '')],
  ]
  const found = bits.find((each) => typeof each === 'number')
  return typeof found === 'number' && method !== 'unnamed'
    ? exactly(method, found)
    : { method, bits: null, exact: null }
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
