/** Ctrl-C and SIGTERM: most commands finish what must not be interrupted, others just end. */

const interrupted = new AbortController()

/** Aborts at the first signal. */
export const signal: AbortSignal = interrupted.signal

function onSignal(name: NodeJS.Signals): void {
  // A second Ctrl-C ends the process at once.
  if (interrupted.signal.aborted) process.exit(130)
  interrupted.abort()
  // A service manager needs no word of comfort.
  if (name === 'SIGINT') setTimeout(() => process.stderr.write(`${STOPPING}\n`), PATIENCE_MS).unref()
}

/** After so long somebody wonders whether Ctrl-C was heard. */
const PATIENCE_MS = 1_000
const STOPPING = 'Stopping once what is under way has ended. Ctrl-C again ends it at once.'

export function listenToSignals(): void {
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
}

/**
 * For work that keeps the processor busy, so that no listener would be called, and that leaves nothing half done on disk: the system
 * ends the process at the first signal.
 */
export function leaveSignalsToSystem(): void {
  process.off('SIGINT', onSignal)
  process.off('SIGTERM', onSignal)
}

/** Resolves once the signal aborts. */
export async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}
