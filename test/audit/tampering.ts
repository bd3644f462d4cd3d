import { type Hex, numberToHex } from 'viem'
import { callTo } from '../../sdk/contractCall.ts'
import { strikesSlot } from '../../sdk/ledgerStorage.ts'
import { transact } from '../../sdk/node/transactions/transact.ts'
import type { LocalLedger } from '../support/localLedger.ts'
import { type Corruption, flipped, type Row, type ToldFinding } from './corruption.ts'
import { indexFolder, type Material } from './material.ts'

/** What is otherwise on the chain itself, in an index's answers, or in the files that the chain names. */

/** A contract holds what none of its events led to. */
export function tamperedSlot({ random, slots, ledger }: Material): Corruption {
  const { contract, slot, word, subject } = random.pick(slots.filter(({ mask }) => mask === undefined))
  const address = ledger.deployment.contracts[contract]
  const bit = 1n << BigInt(random.below(32))
  const names = ({ check, place }: ToldFinding) =>
    check === 'storage' && place.slot === slot && place.contract === contract
  return {
    kind: 'a slot tampered with',
    where: `${subject} (${contract})`,
    tamper: (at) => ask(at, 'anvil_setStorageAt', [address, slot, numberToHex(word ^ bit, { size: 32 })]),
    names,
  }
}

/** A count that would have an auditor ask for millions of slots. */
export function tooManyStrikes({ random, world, ledger }: Material): Corruption {
  const [model] = random.pick([...world.models].filter(([, { registered }]) => registered !== undefined))
  const slot = strikesSlot(model)
  const word = numberToHex(2 ** 22, { size: 32 })
  return {
    kind: 'strikes beyond number',
    where: `model ${model}`,
    tamper: (at) => ask(at, 'anvil_setStorageAt', [ledger.deployment.contracts.models, slot, word]),
    names: ({ check, place }) => check === 'storage' && place.slot === slot,
  }
}

/** The code at a contract's address is another. */
export function patchedCode({ random, ledger }: Material): Corruption {
  const contract = random.pick(['ledger', 'earnings', 'bonds', 'court', 'openToken', 'governor', 'timelock'] as const)
  const address = ledger.deployment.contracts[contract]
  const byte = 100 + random.below(2_000)
  return {
    kind: 'a contract patched',
    where: `${contract}, byte ${byte}`,
    tamper: async (at) => {
      const code = (await at.connection.reader.getCode({ address })) as Hex
      await ask(at, 'anvil_setCode', [address, flipped(code, byte)])
    },
    names: ({ check, place }) => check === 'code' && place.contract === contract,
  }
}

/** A parameter is changed by an account that may, and no vote was executed. */
export function unvotedChange({ random }: Material): Corruption {
  const noticeSeconds = 86_400 + random.below(86_400)
  return {
    kind: 'a parameter changed past the votes',
    where: `channels, notice ${noticeSeconds}`,
    tamper: async ({ connection, governance }) => {
      const { reader, contracts } = connection
      await transact(reader, governance, callTo(contracts.channels, 'setNotice', [noticeSeconds]))
    },
    names: ({ check, place }) => check === 'governance' && place.contract === 'channels',
  }
}

export async function ask({ rpcUrl }: LocalLedger, method: string, params: readonly unknown[]): Promise<void> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
  const answer = await fetch(rpcUrl, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  const { error } = (await answer.json()) as { error?: { message: string } }
  if (error !== undefined) throw new Error(`${method}: ${error.message}`)
}

export function alteredIndex({ random, files, world }: Material): Corruption {
  const [hash, file] = random.pick([...files].filter(([name]) => modelOf(world, name) !== undefined))
  const byte = 24 + random.below(file.length - 24)
  const other = Uint8Array.from(file)
  other[byte] = (other[byte] as number) ^ (1 << random.below(8))
  const index = indexFolder(new Map([...files, [hash, other]]))
  const model = modelOf(world, hash)
  return {
    kind: 'a row index altered',
    where: `model ${model}, byte ${byte}`,
    options: { index },
    names: ({ check, place }) => check === 'rowIndex' && (place.subject ?? '').includes(`model ${model}`),
  }
}

function modelOf({ models }: Material['world'], hash: Hex): number | undefined {
  return [...models].find(([, { index, registered }]) => index.hash === hash && registered !== undefined)?.[0]
}

const lists: Readonly<Record<string, readonly [key: readonly string[], fields: readonly string[]]>> = {
  accounts: [['accountId'], ['payout', 'earnedGwei', 'claimedGwei']],
  channels: [['channelId'], ['depositGwei', 'chargedUnits', 'coveredUnits']],
  bonds: [['bondId'], ['balanceGwei', 'heldGwei']],
  models: [['modelId'], ['ownerId', 'royaltyBps']],
  units: [
    ['modelId', 'unitId'],
    ['keptRows', 'scale', 'fixedWeight'],
  ],
  books: [['bookId'], ['feesGwei', 'batchCount', 'closesAt']],
  batches: [['batchId'], ['units', 'count', 'root', 'sumHash']],
  settlements: [['bookId'], ['operatorGwei', 'treasuryGwei', 'contributorsGwei']],
}

export function lyingApi({ random }: Material): Corruption {
  const list = random.pick(Object.keys(lists))
  const [keys, fields] = lists[list] as (typeof lists)[string]
  const kind = random.pick(['altered', 'altered', 'hidden', 'told twice'])
  const field = random.pick(fields)
  const chosen = random.below(2 ** 30)
  let subject = ''
  const answer = (asked: string, items: readonly Row[]): readonly Row[] => {
    if (asked !== list || items.length === 0) return items
    const at = chosen % items.length
    const row = items[at] as Row
    subject = `${list} ${keys.map((key) => row[key]).join('/')}`
    if (kind === 'hidden') return items.toSpliced(at, 1)
    if (kind === 'told twice') return [...items, row]
    return items.with(at, { ...row, [field]: otherThan(row[field]) })
  }
  const names = ({ check, place }: ToldFinding) => {
    const told = place.subject ?? ''
    return check === 'api' && (told === subject || told.startsWith(`${subject}.`))
  }
  return { kind: `a row of an API ${kind}`, where: `${list}, ${field}`, answer, names }
}

function otherThan(value: unknown): unknown {
  if (typeof value === 'number') return value + 1
  const text = `${value}`
  return text.startsWith('0x') ? flipped(text, 1) : `${BigInt(text) + 1n}`
}
