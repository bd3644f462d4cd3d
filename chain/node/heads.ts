import { StopError } from '../../sdk/errors.ts'
import { withoutCredentials } from '../../sdk/nodeFailure.ts'
import { backoffMs, pause } from '../backoff.ts'

/**
 * Nodes that call when there is a new block. What they say of it is not looked at: whoever is woken asks a node as ever, and
 * whoever is not looks after a while all the same.
 */
export interface Heads {
  /**
   * Waits until somebody calls, or called since the last time; or for `pollMs`, and longer while callers are there. After a call
   * that has not shown anything new yet, only for a moment.
   */
  wait(pollMs: number, hasNew: boolean, signal: AbortSignal): Promise<void>
  close(): void
}

/** How much rarer a chain is looked at while somebody would call. */
const RARER = 8
/** A caller that is silent for so long has most likely lost its connection without a word. */
const SILENCE_MS = 60_000
/** The node that is asked may hear of a block a little later than the one that called. */
const LOOKS_AFTER_CALL = 4
const AFTER_CALL_MS = 20

export const noHeads: Heads = headsFrom([])

export function headsFrom(wsUrls: readonly string[]): Heads {
  const closing = new AbortController()
  let called = Promise.withResolvers<void>()
  let looksLeft = 0
  let callers = 0

  const call = (): void => {
    looksLeft = LOOKS_AFTER_CALL
    called.resolve()
  }
  const connected = (by: 1 | -1): void => {
    callers += by
  }
  for (const url of wsUrls.map(checked)) void listen(url, call, connected, closing.signal)

  return {
    wait: async (pollMs, hasNew, signal) => {
      if (hasNew) looksLeft = 0
      const isSoon = looksLeft > 0
      const ms = isSoon ? AFTER_CALL_MS : callers > 0 ? pollMs * RARER : pollMs
      looksLeft = isSoon ? looksLeft - 1 : 0
      const over = new AbortController()
      await Promise.race([called.promise, pause(ms, AbortSignal.any([signal, over.signal]))])
      over.abort()
      called = Promise.withResolvers()
    },
    close: () => closing.abort(),
  }
}

/** Subscribes, again and again until `signal` says to stop. */
async function listen(
  url: string,
  call: () => void,
  connected: (by: 1 | -1) => void,
  signal: AbortSignal,
): Promise<void> {
  for (let failures = 1; !signal.aborted; failures += 1) {
    const hasCalled = await subscribe(url, call, connected, signal)
    if (hasCalled) failures = 1
    await pause(backoffMs(failures), signal)
  }
}

/** Resolves when the connection is over, with whether it was of any use. */
function subscribe(
  url: string,
  call: () => void,
  connected: (by: 1 | -1) => void,
  signal: AbortSignal,
): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = new WebSocket(url)
    let isSubscribed = false
    let silence: NodeJS.Timeout | undefined
    const end = () => socket.close()
    const listenOn = () => {
      clearTimeout(silence)
      silence = setTimeout(end, SILENCE_MS)
    }
    signal.addEventListener('abort', end)
    listenOn()
    socket.onopen = () => {
      socket.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_subscribe', params: ['newHeads'] }))
    }
    socket.onmessage = ({ data }) => {
      listenOn()
      if (!isSubscribed) {
        // Whatever the first message says, be it a refusal: a caller that does not call is looked after by `silence`.
        isSubscribed = isSubscription(data)
        if (isSubscribed) connected(1)
        else end()
      } else call()
    }
    socket.onerror = end
    socket.onclose = () => {
      clearTimeout(silence)
      signal.removeEventListener('abort', end)
      if (isSubscribed) connected(-1)
      resolve(isSubscribed)
    }
  })
}

function isSubscription(message: unknown): boolean {
  return typeof message === 'string' && /"result"\s*:\s*"0x[0-9a-f]+"/i.test(message)
}

function checked(url: string): string {
  if (URL.canParse(url) && /^wss?:$/.test(new URL(url).protocol)) return url
  throw new StopError(
    `"${withoutCredentials(url)}" is not the address of a node that calls`,
    {},
    'Give one like ws://127.0.0.1:8545.',
  )
}
