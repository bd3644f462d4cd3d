import { type Explained, explain, type Facts, isExplained } from '../../sdk/errors.ts'
import type { IndexerEvent } from '../events.ts'

export type Level = 'info' | 'warn' | 'error'

/** A log line: a sentence for people, and the same as facts for machines. */
export interface LogEvent {
  readonly level: Level
  /** The event's name, to filter by. */
  readonly event: string
  readonly message: string
  readonly facts: Facts
}

/** The log line of an event. Events of every block have none: progress and metrics show them. */
export function logEventOf(event: IndexerEvent): LogEvent | undefined {
  switch (event.kind) {
    case 'looked':
    case 'stored':
    case 'journalsHeld':
    // The command reports it when it ends.
    case 'stopped':
      return undefined
    case 'caughtUp':
      return info('caughtUp', `Caught up with the node at block ${event.block}`, { block: event.block })
    case 'undone': {
      const { ancestor, depth } = event
      const message = `The chain was reorganised: rolled back ${depth} blocks to block ${ancestor}`
      return { level: 'warn', event: 'undone', message, facts: { ancestor, depth } }
    }
    case 'troubled':
      return trouble('warn', 'troubled', event.error, event.node)
    case 'unready':
      return { level: 'warn', event: 'unready', message: `No longer following: ${event.reason}`, facts: {} }
    case 'notOffered': {
      const { node, what, instead, error } = event.what
      const message = `The node at ${node} does not offer ${what}. ${instead}`
      return { level: 'warn', event: 'notOffered', message, facts: { node, what, ...factsOf(error) } }
    }
    case 'gaveUpNode': {
      const { message, ...line } = trouble('error', 'gaveUpNode', event.error, event.node)
      return { ...line, message: `${message} That node is disabled.` }
    }
    case 'leftNode': {
      const { node, head, by, headThere } = event.overtaken
      const message = `The node at ${node} is at block ${head}, the node at ${by} at ${headThere}: switching to the latter`
      return { level: 'warn', event: 'leftNode', message, facts: { node, head, by, headThere } }
    }
    case 'failedAnswer':
      return failedAnswer(event.error, event.id)
    case 'readerEnded': {
      const { number, how } = event
      const message = `Reader ${number}, a process that answers, ended with ${how}: another is started`
      return { level: 'warn', event: 'readerEnded', message, facts: { number, how } }
    }
    case 'standsBy':
      return info('standsBy', `Standing by to take over from ${event.holder}, which writes this history`, {
        holder: event.holder,
      })
    case 'lateContract': {
      const { contract, last, head } = event
      if (last < head) return undefined
      return info('caughtUpContract', `${contract} is stored up to block ${last}, as the others are`, {
        contract,
        last,
      })
    }
    case 'leads':
      return info('leads', 'This indexer writes the history', {})
    case 'switched': {
      const { schema, history } = event
      return info('switched', `${schema} shows ${history} from now on`, { schema, history })
    }
    default:
      return event satisfies never
  }
}

/** The log line of an error: its explanation, or else its stack. */
export function failure(event: string, before: string, error: unknown): LogEvent {
  if (isExplained(error)) return trouble('error', event, error, undefined)
  const what = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return { level: 'error', event, message: `${before}${what}`, facts: {} }
}

function failedAnswer(error: unknown, id: string): LogEvent {
  const { facts, ...line } = failure('failedAnswer', `A query failed (its answer names ${id}): `, error)
  return { ...line, facts: { ...facts, id } }
}

function factsOf(error: Error): Facts {
  return isExplained(error) ? error.facts : {}
}

function info(event: string, message: string, facts: Facts): LogEvent {
  return { level: 'info', event, message, facts }
}

function trouble(level: Level, event: string, error: Explained, node: string | undefined): LogEvent {
  return { level, event, message: explain(error), facts: { ...error.facts, ...(node !== undefined && { node }) } }
}
