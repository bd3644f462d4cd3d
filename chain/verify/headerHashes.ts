// How chains hash headers, beside Ethereum's own way (sdk/blockHeader.ts). Each rule was tried on
// real blocks: test/fixtures/chains.
//
//   AuRa        Ethereum's list, with [step, seal] in the place of [mixHash, nonce]
//   Celo        until its L2: extraData without the aggregated seal; before Gingerbread a list of ten
//   Avalanche   Ethereum's first fifteen, then extDataHash, and its own later fields
//   zkSync      keccak256(number ‖ timestamp ‖ parentHash ‖ the rolling hash of the transactions)

import { concat, fromRlp, type Hex, keccak256, numberToHex, toRlp } from 'viem'
import { headerHash } from '../../sdk/blockHeader.ts'
import type { HeaderRule } from '../chains.ts'
import { plainFields, type ToldFields } from './plainFields.ts'

type Hashes = (plain: ToldFields) => readonly Hex[]

/** What a header may hash to by its chain's rule, one hash for each era that it may be of. */
export function headerHashes(rule: HeaderRule, told: ToldFields): readonly Hex[] {
  return hashes[rule](plainFields(told))
}

const standard: Hashes = (plain) => [headerHash(plain)]

const aura: Hashes = (plain) => {
  const step = plain.auraStep ?? plain.step
  const seal = plain.auraSeal ?? plain.signature
  if (typeof step !== 'string' || typeof seal !== 'string' || !isScalar(step)) return standard(plain)
  const sealed = { ...plain, mixHash: scalar(step), nonce: seal.startsWith('0x') ? seal : `0x${seal}` }
  return [headerHash(sealed), ...standard(plain)]
}

const TEN_OF_CELO = [
  ...['parentHash', 'miner', 'stateRoot', 'transactionsRoot', 'receiptsRoot', 'logsBloom', 'number', 'gasUsed'],
  ...['timestamp', 'extraData'],
]

const celo: Hashes = (plain) => {
  const extraData = withoutAggregatedSeal(plain.extraData)
  if (extraData === undefined) return standard(plain)
  const filtered = { ...plain, extraData }
  return [headerHash(filtered), listHash(filtered, TEN_OF_CELO), ...standard(plain)]
}

const VANITY_BYTES = 32
const AGGREGATED_SEAL = 4
const NO_SEAL = ['0x', '0x', '0x'] as const

/** Celo's extraData as its hash has it; undefined where it is of Celo's days as an L2. */
function withoutAggregatedSeal(extraData: unknown): Hex | undefined {
  if (typeof extraData !== 'string' || extraData.length <= 2 + 2 * VANITY_BYTES) return undefined
  try {
    const list = fromRlp(`0x${extraData.slice(2 + 2 * VANITY_BYTES)}`, 'hex')
    if (typeof list === 'string' || !Array.isArray(list[AGGREGATED_SEAL])) return undefined
    return concat([extraData.slice(0, 2 + 2 * VANITY_BYTES) as Hex, toRlp(list.with(AGGREGATED_SEAL, [...NO_SEAL]))])
  } catch {
    return undefined
  }
}

const OF_AVALANCHE = [
  ...['parentHash', 'sha3Uncles', 'miner', 'stateRoot', 'transactionsRoot', 'receiptsRoot', 'logsBloom', 'difficulty'],
  ...['number', 'gasLimit', 'gasUsed', 'timestamp', 'extraData', 'mixHash', 'nonce', 'extDataHash', 'baseFeePerGas'],
  ...['extDataGasUsed', 'blockGasCost', 'blobGasUsed', 'excessBlobGas', 'parentBeaconBlockRoot'],
  ...['timestampMilliseconds', 'minDelayExcess'],
]

const avalanche: Hashes = (plain) => [listHash(plain, OF_AVALANCHE)]

const SCALARS = new Set([
  ...['difficulty', 'number', 'gasLimit', 'gasUsed', 'timestamp', 'baseFeePerGas', 'extDataGasUsed', 'blockGasCost'],
  ...['blobGasUsed', 'excessBlobGas', 'timestampMilliseconds', 'minDelayExcess'],
])

const zksync: Hashes = ({ number, timestamp, parentHash, transactions }) => {
  if (!isScalar(number) || !isScalar(timestamp) || typeof parentHash !== 'string') return []
  const hashesOfThem = Array.isArray(transactions) ? (transactions as readonly Hex[]) : []
  const rolling = hashesOfThem.reduce<Hex>((before, hash) => keccak256(concat([before, hash])), word(0n))
  return [keccak256(concat([word(BigInt(number)), word(BigInt(timestamp)), parentHash as Hex, rolling]))]
}

const hashes: Readonly<Record<HeaderRule, Hashes>> = { standard, aura, celo, avalanche, zksync }

/** The hash of the list of these fields, up to the last that is there. */
function listHash(plain: ToldFields, names: readonly string[]): Hex {
  const items = names.flatMap((name) => {
    const value = plain[name]
    if (typeof value !== 'string') return []
    return [SCALARS.has(name) && isScalar(value) ? scalar(value) : (value as Hex)]
  })
  return keccak256(toRlp(items))
}

function isScalar(value: unknown): value is string {
  return typeof value === 'string' && /^(0x[0-9a-f]+|\d+)$/.test(value)
}

/** Big-endian without leading zeros, and nothing for zero. */
function scalar(value: string): Hex {
  const digits = BigInt(value).toString(16)
  if (digits === '0') return '0x'
  return digits.length % 2 === 0 ? `0x${digits}` : `0x0${digits}`
}

function word(value: bigint): Hex {
  return numberToHex(value, { size: 32 })
}
