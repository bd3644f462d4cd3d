import { type Explained, explain, type Facts, isExplained } from '../../sdk/errors.ts'
import type { News } from '../news.ts'

export type Level = 'info' | 'warn' | 'error'

/** Something worth writing down: a sentence for people, and the same as facts for machines. */
export interface Line {
  readonly level: Level
  /** What kind of thing happened, for whoever filters. */
  readonly event: string
  readonly message: string
  readonly facts: Facts
}

/** What is said of news; nothing of what happens with every block, which progress and metrics tell. */
export function lineOf(news: News): Line | undefined {
  switch (news.kind) {
    case 'looked':
    case 'stored':
    case 'journalsHeld':
    // The command that ends by it says it.
    case 'stopped':
      return undefined
    case 'caughtUp':
      return info('caughtUp', `Caught up with the node at block ${news.block}`, { block: news.block })
    case 'undone': {
      const { ancestor, depth } = news
      const message = `The chain was reorganised: took back ${depth} blocks to block ${ancestor}`
      return { level: 'warn', event: 'undone', message, facts: { ancestor, depth } }
    }
    case 'troubled':
      return trouble('warn', 'troubled', news.error, news.node)
    case 'gaveUpNode': {
      const { message, ...line } = trouble('error', 'gaveUpNode', news.error, news.node)
      return { ...line, message: `${message} That node is not asked any more.` }
    }
    case 'leftNode': {
      const { node, head, by, headThere } = news.overtaken
      const message = `The node at ${node} stands at block ${head}, that at ${by} at ${headThere}: going on with the latter`
      return { level: 'warn', event: 'leftNode', message, facts: { node, head, by, headThere } }
    }
    case 'failedAnswer':
      return failure('failedAnswer', 'A query failed: ', news.error)
    case 'standsBy':
      return info('standsBy', `Standing by to take over from ${news.holder}, which writes this history`, {
        holder: news.holder,
      })
    case 'lateContract': {
      const { contract, last, head } = news
      if (last < head) return undefined
      return info('caughtUpContract', `${contract} is stored up to block ${last}, as the others are`, {
        contract,
        last,
      })
    }
    case 'leads':
      return info('leads', 'This indexer writes the history', {})
    case 'switched': {
      const { schema, history } = news
      return info('switched', `${schema} shows ${history} from now on`, { schema, history })
    }
    default:
      return news satisfies never
  }
}

/** What is said of an error: what was written for whoever meets it, or else where it came from. */
export function failure(event: string, before: string, error: unknown): Line {
  if (isExplained(error)) return trouble('error', event, error, undefined)
  const what = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return { level: 'error', event, message: `${before}${what}`, facts: {} }
}

function info(event: string, message: string, facts: Facts): Line {
  return { level: 'info', event, message, facts }
}

function trouble(level: Level, event: string, error: Explained, node: string | undefined): Line {
  return { level, event, message: explain(error), facts: { ...error.facts, ...(node !== undefined && { node }) } }
}
