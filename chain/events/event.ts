import { type Abi, type AbiEvent, type DecodeEventLogReturnType, decodeEventLog, type Hex, toEventSelector } from 'viem'
import { StopError } from '../../sdk/errors.ts'
import type { ChainLog } from './contracts.ts'
import { Uncanonical } from './words.ts'

/**
 * Declared by OpenZeppelin's EIP712 and never emitted by contracts whose signing domain is fixed,
 * as ours are.
 */
const NEVER_EMITTED = 'EIP712DomainChanged'

export type EventOf<abi extends Abi> = Exclude<DecodeEventLogReturnType<abi>, { eventName: typeof NEVER_EMITTED }>

type NameOf<abi extends Abi> = EventOf<abi>['eventName'] & string
type ArgsOf<abi extends Abi, name> = Extract<EventOf<abi>, { eventName: name }>['args']

/**
 * Hand-written decoders of the most frequent events. viem decodes all others, and takes at least
 * ten times as long. Each gives what viem gives, but with addresses in lower case. It only gets
 * logs with the event's number of topics and enough data.
 */
export type HotDecoders<abi extends Abi> = {
  readonly [name in NameOf<abi>]?: (topics: readonly Hex[], data: Hex) => ArgsOf<abi, name>
}

interface Known {
  readonly event: AbiEvent
  readonly hot: ((topics: readonly Hex[], data: Hex) => unknown) | undefined
  readonly topics: number
  readonly dataLength: number
}

/** Reads the events that a contract of this ABI emits. */
export function eventReader<const abi extends Abi>(
  abi: abi,
  hot: HotDecoders<abi> = {},
): (log: ChainLog) => EventOf<abi> {
  const known = new Map<string | undefined, Known>()
  for (const event of abi) {
    if (event.type !== 'event' || event.name === NEVER_EMITTED) continue
    const indexed = event.inputs.filter((input) => input.indexed).length
    known.set(toEventSelector(event), {
      event,
      hot: (hot as Record<string, Known['hot']>)[event.name],
      topics: 1 + indexed,
      // Each value that is not indexed has a word in the head of the data.
      dataLength: 2 + 64 * (event.inputs.length - indexed),
    })
  }
  return (log) => {
    const found = known.get(log.topics[0])
    if (found === undefined) throw unknownEvent(log, new Error('no event of the ABI has this topic'))
    try {
      return (quickly(found, log) ?? plainly(found, log)) as EventOf<abi>
    } catch (cause) {
      throw unknownEvent(log, cause)
    }
  }
}

function quickly({ event, hot, topics, dataLength }: Known, log: ChainLog): unknown {
  if (hot === undefined || log.topics.length !== topics || log.data.length < dataLength) return undefined
  try {
    return { eventName: event.name, args: hot(log.topics, log.data) }
  } catch (error) {
    if (error instanceof Uncanonical) return undefined
    throw error
  }
}

function plainly({ event }: Known, { topics, data }: ChainLog): unknown {
  return decodeEventLog({ abi: [event], topics: topics as [Hex, ...Hex[]], data })
}

function unknownEvent({ address, block, logIndex, topics }: ChainLog, cause: unknown): StopError {
  return new StopError(
    `The contract at ${address} emitted an event that this version does not know`,
    { block, logIndex, topic: topics[0] ?? 'none' },
    'The deployment is newer than this indexer, or the deployment file names another contract; update one of them.',
    cause,
  )
}

/** Unreachable: an event without a case does not compile. */
export function unreachable(event: never): never {
  throw new Error(`No case for ${JSON.stringify(event)}`)
}

/** A Solidity enum's member by its number. */
export function named<name extends string>(members: readonly name[], ordinal: number): name {
  const member = members[ordinal]
  if (member === undefined) throw new Error(`${ordinal} is none of ${members.join(', ')}`)
  return member
}

/**
 * Text that a database accepts: PostgreSQL rejects the character NUL, and anyone may put it on the
 * chain.
 */
export function text(value: string): string {
  return value.replaceAll('\0', '\uFFFD')
}

/** An address as stored: lower case, like every other hexadecimal string here. */
export function lower<hex extends string>(value: hex): Lowercase<hex> {
  return value.toLowerCase() as Lowercase<hex>
}
