import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'

const HEAD = `/graphql?query=${encodeURIComponent('subscription { head { block hash } }')}`
/** Where blocks come fast, pages are not asked again with each of them. */
const AT_MOST_EVERY_MS = 1_000
const POLL_MS = 3_000
const LISTENING_POLL_MS = 30_000

let isListening = false

/** How often to ask how far the index is: seldom while it tells of new blocks by itself. */
export function pollMs(): number {
  return isListening ? LISTENING_POLL_MS : POLL_MS
}

/**
 * Listens for the index's new blocks (Server-Sent Events), and with each asks index and node how far they are. A hidden tab does
 * not listen: browsers open six connections to a server, for all of its tabs.
 */
export function useLive(): void {
  const queries = useQueryClient()
  useEffect(() => {
    let events: EventSource | undefined
    let timer: ReturnType<typeof setTimeout> | undefined
    const renew = () => {
      timer ??= setTimeout(() => {
        timer = undefined
        void queries.invalidateQueries({ queryKey: ['index', 'meta'] })
        void queries.invalidateQueries({ queryKey: ['chain', 'head'] })
      }, AT_MOST_EVERY_MS)
    }
    const hear = (isHeard: boolean) => () => {
      isListening = isHeard
      renew()
    }
    const listen = () => {
      events?.close()
      events = undefined
      isListening = false
      if (document.hidden) return
      events = new EventSource(HEAD)
      events.onopen = hear(true)
      // The browser connects again by itself, unless the server refuses: then pages poll.
      events.onerror = hear(false)
      events.addEventListener('next', renew)
    }
    listen()
    document.addEventListener('visibilitychange', listen)
    return () => {
      document.removeEventListener('visibilitychange', listen)
      clearTimeout(timer)
      events?.close()
      isListening = false
    }
  }, [queries])
}
