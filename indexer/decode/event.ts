import { type Abi, type DecodeEventLogReturnType, decodeEventLog, toEventHash } from 'viem'
import { StopError } from '../../sdk/errors.ts'
import type { ChainLog } from './contracts.ts'

/** Declared by OpenZeppelin's EIP712 and never emitted by contracts whose signing domain is fixed, as ours are. */
const NEVER_EMITTED = toEventHash('event EIP712DomainChanged()')

export type EventOf<abi extends Abi> = Exclude<DecodeEventLogReturnType<abi>, { eventName: 'EIP712DomainChanged' }>

/** The event a log carries, by its contract's ABI. */
export function eventOf<const abi extends Abi>(abi: abi, log: ChainLog): EventOf<abi> {
  const [signature, ...indexed] = log.topics
  try {
    if (signature === undefined) throw new Error('an anonymous event')
    if (signature === NEVER_EMITTED) throw new Error('an event that no contract of ours emits')
    const event: unknown = decodeEventLog({ abi, topics: [signature, ...indexed], data: log.data })
    return event as EventOf<abi>
  } catch (cause) {
    throw new StopError(
      `The contract at ${log.address} emitted an event that this version does not know`,
      { block: log.block, logIndex: log.logIndex, topic: signature ?? 'none' },
      'The deployment is newer than this indexer, or the deployment file names another contract; update one of them.',
      cause,
    )
  }
}

/** Only reached if an event has no case, which then does not compile. */
export function unreachable(event: never): never {
  throw new Error(`No case for ${JSON.stringify(event)}`)
}

/** A Solidity enum's member by its number. */
export function named<name extends string>(members: readonly name[], ordinal: number): name {
  const member = members[ordinal]
  if (member === undefined) throw new Error(`${ordinal} is none of ${members.join(', ')}`)
  return member
}

/** Text as a database can hold it: PostgreSQL refuses the character NUL, and anyone may put it on the chain. */
export function text(value: string): string {
  return value.replaceAll('\0', '\uFFFD')
}

/** An address as stored: lower case, like every other hexadecimal string here. */
export function lower<hex extends string>(value: hex): Lowercase<hex> {
  return value.toLowerCase() as Lowercase<hex>
}
