import { explain } from '../sdk/errors.ts'
import type { News } from './start.ts'

const LINES_EVERY_MS = 1_000

/** Tells a person what happens, line by line: every reorg and trouble, and progress once a second at most. */
export function tell(say: (line: string) => void, now: () => number = Date.now): (news: News) => void {
  let quietUntil = 0
  return (news) => {
    switch (news.kind) {
      case 'stored':
        if (news.block < news.nodeHead && now() >= quietUntil) {
          quietUntil = now() + LINES_EVERY_MS
          say(`Indexed to block ${news.block} of ${news.nodeHead}`)
        }
        return
      case 'caughtUp':
        say(`Caught up with the node at block ${news.block}`)
        return
      case 'undone':
        say(`The chain was reorganised: took back ${news.depth} blocks to block ${news.ancestor}`)
        return
      case 'troubled':
        say(explain(news.error))
        return
      case 'gaveUpNode':
        say(`${explain(news.error)} That node is not asked any more.`)
        return
      case 'leftNode': {
        const { node, head, by, headThere } = news.overtaken
        say(`The node at ${node} stands at block ${head}, that at ${by} at ${headThere}: going on with the latter`)
        return
      }
      case 'failedAnswer':
        say(`A query failed: ${news.error instanceof Error ? (news.error.stack ?? news.error.message) : news.error}`)
        return
    }
  }
}
