import { type GraphQLField, getNamedType, isEnumType, isListType, isNonNullType, isObjectType } from 'graphql'
import { type Abi, decodeEventLog } from 'viem'
import { entities } from '../../indexer/api/entities/all.ts'
import { schema } from '../../indexer/api/schema/schema.ts'
import type { Contracts } from '../../sdk/contracts.ts'
import type { LocalLedger } from './localLedger.ts'

/** What the schema says can be asked, found by looking at it: nothing is left out because nobody thought of it. */

const rowTypes = new Set(entities.map(({ type }) => type))
export const lists = entities.flatMap(({ list, type }) => (list === undefined ? [] : [{ list, type }]))

/** Every field of a type: columns, links with their ids, and what is computed with all that it holds. */
export function everyField(type: string, depth = 0): string {
  const found = schema.getType(type)
  if (!isObjectType(found)) throw new Error(`There is no type ${type}`)
  return Object.values(found.getFields())
    .flatMap((field) => selection(field, depth))
    .join(' ')
}

function selection({ name, type, args }: GraphQLField<unknown, unknown>, depth: number): readonly string[] {
  const inner = getNamedType(type)
  if (!isObjectType(inner)) return [name]
  if (rowTypes.has(inner.name)) return [isList(type) ? `${name} { id }` : `${name} { id }`]
  if (depth > 2) return []
  const limited = args.some((arg) => arg.name === 'limit') ? '(limit: 2)' : ''
  return [`${name}${limited} { ${everyField(inner.name, depth + 1)} }`]
}

function isList(type: unknown): boolean {
  return isListType(isNonNullType(type) ? type.ofType : type)
}

export function isEnumField(type: string, field: string): boolean {
  const found = schema.getType(type)
  return isObjectType(found) && isEnumType(getNamedType(found.getFields()[field]?.type))
}

/** What the contracts told, by block and place in it: arguments by the names that GraphQL has for them, as text. */
export async function toldArguments(
  ledger: LocalLedger,
): Promise<ReadonlyMap<string, Readonly<Record<string, string>>>> {
  const { reader, contracts, fromBlock } = ledger.connection
  const known: Contracts = contracts
  const abis = new Map(Object.values(known).map(({ address, abi }) => [address.toLowerCase(), abi as Abi]))
  const logs = await reader.getLogs({ address: [...abis.keys()] as `0x${string}`[], fromBlock })
  const told = new Map<string, Readonly<Record<string, string>>>()
  for (const { address, blockNumber, logIndex, topics, data } of logs) {
    const abi = abis.get(address.toLowerCase())
    if (abi === undefined) continue
    const { args } = decodeEventLog({ abi, topics, data })
    told.set(`${blockNumber} ${logIndex}`, Object.fromEntries(flat(args ?? {})))
  }
  return told
}

function flat(args: object): readonly (readonly [string, string])[] {
  return Object.entries(args).flatMap(([name, value]) => {
    if (value !== null && typeof value === 'object') return Array.isArray(value) ? [] : flat(value)
    return [[nameInGraphql(name), normal(value)] as const]
  })
}

/** A record's place in its batch is its `index` in the contracts. */
function nameInGraphql(name: string): string {
  return name === 'index' ? 'position' : name.replace(/URI$/, 'Uri')
}

export function normal(value: unknown): string {
  return String(value).toLowerCase()
}
