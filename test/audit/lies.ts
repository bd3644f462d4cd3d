import { decodeFunctionData, encodeFunctionData, type Hex, numberToHex, size } from 'viem'
import { headerHash } from '../../sdk/blockHeader.ts'
import { abis } from '../../sdk/contracts.ts'
import type { Exchange, Lie } from '../support/lyingNode.ts'
import { type Corruption, flipped, type ToldFinding, whereOf } from './corruption.ts'
import type { Material } from './material.ts'

/** What a node can falsify, which its own hashes betray. */

interface Receipt {
  readonly logs: readonly RawLog[]
  readonly [field: string]: unknown
}

interface RawLog {
  readonly logIndex: Hex
  readonly topics: readonly Hex[]
  readonly data: Hex
}

type Change = (logs: readonly RawLog[], at: number) => readonly RawLog[]

const changes: Readonly<Record<string, Change>> = {
  'a log dropped': (logs, at) => logs.toSpliced(at, 1),
  'a log told twice': (logs, at) => logs.toSpliced(at, 0, logs[at] as RawLog),
  'a log moved': (logs, at) => {
    const rest = logs.toSpliced(at, 1)
    return logs.length > 1 ? rest.toSpliced(at === 0 ? 1 : 0, 0, logs[at] as RawLog) : rest
  },
  'a log’s data altered': (logs, at) => logs.with(at, { ...(logs[at] as RawLog), data: `${logs[at]?.data ?? '0x'}01` }),
  'a log’s topic altered': (logs, at) => {
    const { topics, ...log } = logs[at] as RawLog
    return logs.with(at, { ...log, topics: topics.with(-1, flipped(topics.at(-1) as Hex, 31)) })
  },
}

export function lyingReceipts({ random, logs }: Material): Corruption {
  const kind = random.pick(Object.keys(changes))
  const log = random.pick(logs)
  const change = changes[kind] as Change
  const lie: Lie = ({ method, result }) => {
    if (method !== 'eth_getBlockReceipts') return result
    return (result as readonly Receipt[]).map((receipt) => {
      if (receipt.blockHash !== log.blockHash) return receipt
      const at = receipt.logs.findIndex(({ logIndex }) => BigInt(logIndex) === log.logIndex)
      return at < 0 ? receipt : { ...receipt, logs: change(receipt.logs, at) }
    })
  }
  const names = ({ check, place }: ToldFinding) => check === 'receipts' && place.block === `${log.block}`
  return { kind: `${kind}, by its receipt`, where: whereOf(log), lie, names }
}

const SOME_HASH = `0x${'cd'.repeat(32)}`

export function lyingHeader({ random, logs, head }: Material): Corruption {
  const log = random.pick(logs.filter(({ block }) => block < head - 1n))
  const field = random.pick(['stateRoot', 'receiptsRoot', 'parentHash', 'transactionsRoot'])
  const isForged = random.below(2) === 0
  const lie: Lie = ({ method, params, result }) => {
    if (method !== 'eth_getBlockByNumber' || params[0] !== numberToHex(log.block)) return result
    const told = { ...(result as Readonly<Record<string, unknown>>), [field]: SOME_HASH }
    return isForged ? { ...told, hash: headerHash(told) } : told
  }
  const after = [log.block, log.block + 1n].map(String)
  const names = ({ place }: ToldFinding) => after.includes(place.block ?? '')
  const kind = isForged ? `a header with another ${field}, hashed anew` : `a header’s ${field} altered`
  return { kind, where: `block ${log.block}`, lie, names }
}

interface Proof {
  readonly storageHash: Hex
  readonly accountProof: readonly Hex[]
  readonly storageProof: readonly { readonly key: Hex; readonly value: Hex; readonly proof: readonly Hex[] }[]
}

export function lyingProof({ random, slots, ledger }: Material): Corruption {
  const { contract, slot, subject } = random.pick(slots)
  const address = ledger.deployment.contracts[contract].toLowerCase()
  const kind = random.pick(['value', 'storage root', 'node of the slot', 'node of the account'])
  const isIt = (key: Hex) => BigInt(key) === BigInt(slot)
  const lie = ({ method, params, result }: Exchange) => {
    if (method !== 'eth_getProof' || `${params[0]}`.toLowerCase() !== address) return result
    const proof = result as Proof
    if (!proof.storageProof.some(({ key }) => isIt(key))) return result
    if (kind === 'storage root') return { ...proof, storageHash: SOME_HASH }
    if (kind === 'node of the account') {
      return { ...proof, accountProof: proof.accountProof.with(0, flipped(proof.accountProof[0] as Hex, 5)) }
    }
    const storageProof = proof.storageProof.map((one) => {
      if (!isIt(one.key)) return one
      if (kind === 'value') return { ...one, value: numberToHex(BigInt(one.value) ^ 1n) }
      return { ...one, proof: one.proof.with(-1, flipped(one.proof.at(-1) as Hex, 3)) }
    })
    return { ...proof, storageProof }
  }
  const isSlot = kind === 'value' || kind === 'node of the slot'
  const names = ({ place }: ToldFinding) => place.contract === contract && (!isSlot || place.slot === slot)
  return { kind: `a proof’s ${kind} altered`, where: `${subject} (${contract})`, lie, names }
}

export function lyingCode({ random, ledger }: Material): Corruption {
  const contract = random.pick(Object.keys(ledger.deployment.contracts) as (keyof typeof ledger.deployment.contracts)[])
  const address = ledger.deployment.contracts[contract].toLowerCase()
  const lie: Lie = ({ method, params, result }) => {
    const isIt = method === 'eth_getCode' && `${params[0]}`.toLowerCase() === address
    return isIt ? flipped(result as Hex, 7 + random.below(40)) : result
  }
  const names = ({ check, place }: ToldFinding) => check === 'code' && place.contract === contract
  return { kind: 'code altered on its way', where: contract, lie, names }
}

/** The vouchers that a batch or anyone presented bear other signatures. */
export function lyingVoucher({ random, world }: Material): Corruption {
  const { at, channel } = random.pick(world.raises)
  const lie: Lie = ({ method, params, result }) => {
    if (method !== 'eth_getTransactionByHash' || params[0] !== at.transactionHash) return result
    const told = result as { readonly input: Hex }
    return { ...told, input: resigned(told.input) }
  }
  const names = ({ check, place, what }: ToldFinding) =>
    check === 'vouchers' && place.transaction === at.transactionHash && what.includes(channel)
  return { kind: 'a voucher’s signature altered', where: `channel ${channel}, block ${at.block}`, lie, names }
}

const VOUCHER_BYTES = 81

function resigned(input: Hex): Hex {
  const { functionName, args } = decodeFunctionData({ abi: [...abis.ledger, ...abis.channels], data: input })
  // The last byte of a call to present one is the last of its signature.
  if (functionName !== 'recordBatch') return flipped(input, size(input) - 1)
  const [model, channels, vouchers, records] = args
  let altered = vouchers
  for (let at = VOUCHER_BYTES - 1; at < size(vouchers); at += VOUCHER_BYTES) altered = flipped(altered, at)
  return encodeFunctionData({ abi: abis.ledger, functionName, args: [model, channels, altered, records] })
}
