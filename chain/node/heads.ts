import { StopError } from '../../sdk/errors.ts'
import { withoutCredentials } from '../../sdk/nodeFailure.ts'
import { backoffMs } from '../backoff.ts'
import { type Clock, wallClock } from '../clock.ts'

/**
 * Nodes that announce new blocks. An announcement only ends the wait for the next poll; of its
 * content no more is used than whether it is another one.
 */
export interface Heads {
  /**
   * Waits for an announcement, or one since the last wait; or for `pollMs`, and longer while nodes
   * are connected. After an announcement whose block the polled node does not have yet, it waits
   * only a moment.
   */
  wait(pollMs: number, hasNew: boolean, signal: AbortSignal): Promise<void>
  close(): void
}

/** How much less often to poll while a node is connected. */
const RARER = 8
/** A connection that announces nothing for this long is taken for lost, whatever else it says. */
const SILENCE_MS = 60_000
/** The polled node may get a block a little later than the one that announced it. */
const POLLS_AFTER_CALL = 4
const AFTER_CALL_MS = 20

export const noHeads: Heads = headsFrom([])

export function headsFrom(wsUrls: readonly string[], clock: Clock = wallClock): Heads {
  const closing = new AbortController()
  let called = Promise.withResolvers<void>()
  let pollsLeft = 0
  let callers = 0

  const call = (): void => {
    pollsLeft = POLLS_AFTER_CALL
    called.resolve()
  }
  const connected = (by: 1 | -1): void => {
    callers += by
  }
  for (const url of wsUrls.map(checked)) void listen(url, call, connected, clock, closing.signal)

  return {
    wait: async (pollMs, hasNew, signal) => {
      if (hasNew) pollsLeft = 0
      const isSoon = pollsLeft > 0
      const ms = isSoon ? AFTER_CALL_MS : callers > 0 ? pollMs * RARER : pollMs
      pollsLeft = isSoon ? pollsLeft - 1 : 0
      const over = new AbortController()
      await Promise.race([called.promise, clock.pause(ms, AbortSignal.any([signal, over.signal]))])
      over.abort()
      called = Promise.withResolvers()
    },
    close: () => closing.abort(),
  }
}

/** Subscribes again after every disconnect, until `signal` aborts. */
async function listen(
  url: string,
  call: () => void,
  connected: (by: 1 | -1) => void,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  for (let failures = 1; !signal.aborted; failures += 1) {
    const hasCalled = await subscribe(url, call, connected, clock, signal)
    if (hasCalled) failures = 1
    await clock.pause(backoffMs(failures), signal)
  }
}

/** Resolves when the connection ends, with whether it announced anything. */
function subscribe(
  url: string,
  call: () => void,
  connected: (by: 1 | -1) => void,
  clock: Clock,
  signal: AbortSignal,
): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = new WebSocket(url)
    let isSubscribed = false
    let isOver = false
    let announced: string | undefined
    let silence: NodeJS.Timeout | undefined
    const end = () => {
      socket.close()
      // A peer that has vanished never confirms it.
      over()
    }
    const over = () => {
      if (isOver) return
      isOver = true
      clearTimeout(silence)
      signal.removeEventListener('abort', end)
      if (isSubscribed) connected(-1)
      resolve(announced !== undefined)
    }
    const listenOn = () => {
      clearTimeout(silence)
      silence = setTimeout(end, SILENCE_MS / clock.speed)
    }
    signal.addEventListener('abort', end)
    listenOn()
    socket.onopen = () => {
      socket.send(JSON.stringify({ jsonrpc: '2.0', id: SUBSCRIPTION, method: 'eth_subscribe', params: ['newHeads'] }))
    }
    socket.onmessage = ({ data }) => {
      if (isOver) return
      const { id, result, method, params } = messageIn(data)
      if (id === SUBSCRIPTION && !isSubscribed) {
        isSubscribed = typeof result === 'string'
        if (isSubscribed) connected(1)
        else end()
      }
      if (method !== 'eth_subscription') return
      // Some send each block several times.
      const block = JSON.stringify(params)
      if (block === announced) return
      announced = block
      listenOn()
      call()
    }
    socket.onerror = end
    socket.onclose = over
  })
}

const SUBSCRIPTION = 1

function messageIn(data: unknown): Readonly<Record<string, unknown>> {
  try {
    const message: unknown = JSON.parse(String(data))
    return typeof message === 'object' && message !== null ? { ...message } : {}
  } catch {
    return {}
  }
}

function checked(url: string): string {
  if (URL.canParse(url) && /^wss?:$/.test(new URL(url).protocol)) return url
  throw new StopError(
    `"${withoutCredentials(url)}" is not the WebSocket address of a node`,
    {},
    'Give one like ws://127.0.0.1:8545.',
  )
}
