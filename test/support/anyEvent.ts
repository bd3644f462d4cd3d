import * as fc from 'fast-check'
import { type Abi, type AbiEvent, type AbiParameter, encodeAbiParameters, encodeEventTopics, type Hex } from 'viem'
import type { ChainLog } from '../../chain/events/contracts.ts'

type Told = Pick<ChainLog, 'topics' | 'data'>

export type Args = Readonly<Record<string, unknown>>

/** What a contract emits, encoded by viem: any values that the event's types can hold. */
export function anyEmission(event: AbiEvent): fc.Arbitrary<Told> {
  return anyArgs(event).map((args) => emissionOf(event, args))
}

export function anyArgs(event: AbiEvent): fc.Arbitrary<Args> {
  return fc.record(Object.fromEntries(event.inputs.map((input) => [input.name as string, anyValue(input)])))
}

export function emissionOf(event: AbiEvent, args: Args): Told {
  const abi: Abi = [event]
  const inData = event.inputs.filter((input) => !input.indexed)
  return {
    topics: encodeEventTopics({ abi, eventName: event.name, args }) as Hex[],
    data: encodeAbiParameters(
      inData,
      inData.map(({ name }) => args[name as string]),
    ),
  }
}

function anyValue(parameter: AbiParameter): fc.Arbitrary<unknown> {
  const { type } = parameter
  // Every enum of ours has two members at least.
  if (parameter.internalType?.startsWith('enum ')) return fc.nat(1)
  const array = /^(.*)\[\]$/.exec(type)
  if (array) return fc.array(anyValue({ ...parameter, type: array[1] as string }), { maxLength: 4 })
  if (type === 'tuple' && 'components' in parameter) {
    return fc.record(Object.fromEntries(parameter.components.map((one) => [one.name, anyValue(one)])))
  }
  if (type === 'string') return fc.string({ unit: 'binary', maxLength: 70 })
  if (type === 'bool') return fc.boolean()
  if (type === 'address') return anyBytes(20, 20)
  if (type === 'bytes') return anyBytes(0, 100)
  const [, kind, size] = /^(bytes|uint|int)(\d+)$/.exec(type) ?? []
  const width = Number(size)
  if (kind === 'bytes') return anyBytes(width, width)
  const integer = kind === 'int' ? anyInteger(-(2n ** BigInt(width - 1)), width - 1) : anyInteger(0n, width)
  return width > 48 ? integer : integer.map(Number)
}

/** The ends of the range more often than chance would have them. */
function anyInteger(least: bigint, bits: number): fc.Arbitrary<bigint> {
  const most = 2n ** BigInt(bits) - 1n
  return fc.oneof(fc.bigInt(least, most), fc.constantFrom(least, 0n, 1n, most))
}

function anyBytes(minLength: number, maxLength: number): fc.Arbitrary<Hex> {
  return fc.uint8Array({ minLength, maxLength }).map((bytes): Hex => `0x${Buffer.from(bytes).toString('hex')}`)
}
