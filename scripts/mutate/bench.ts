import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Verdict } from './judge.ts'
import type { Mutant } from './mutants.ts'

/** Long enough on a busy machine: a test that never ends uses up its gas, and few faults stop a process in another way. */
const LIMIT_MS = 600_000
const worker = fileURLToPath(new URL('./worker.ts', import.meta.url))

/** Judges all mutants on so many processes, telling each verdict as it falls. */
export async function judgeAll(
  mutants: readonly Mutant[],
  processes: number,
  tell: (mutant: Mutant, verdict: Verdict) => void,
): Promise<void> {
  const waiting = mutants.values()
  await Promise.all(
    Array.from({ length: Math.min(processes, mutants.length) }, async () => {
      let child: ChildProcess | undefined
      for (const mutant of waiting) {
        child ??= await start()
        const verdict = await ask(child, mutant)
        tell(mutant, verdict)
        if (verdict.kind !== 'timedOut') continue
        child.kill('SIGKILL')
        child = undefined
      }
      child?.disconnect()
    }),
  )
}

async function start(): Promise<ChildProcess> {
  const child = fork(worker, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  await Promise.race([once(child, 'message'), failure(child)])
  return child
}

async function ask(child: ChildProcess, mutant: Mutant): Promise<Verdict> {
  const stop = new AbortController()
  try {
    const answered = once(child, 'message', { signal: stop.signal }).then(([verdict]): Verdict => verdict)
    const late = new Promise<Verdict>((resolve) => {
      const timer = setTimeout(() => resolve({ kind: 'timedOut' }), LIMIT_MS)
      stop.signal.addEventListener('abort', () => clearTimeout(timer))
    })
    answered.catch(() => undefined)
    child.send(mutant)
    return await Promise.race([answered, late, failure(child, stop.signal)])
  } finally {
    stop.abort()
  }
}

/** Rejects where the process ends: it answers until it is stopped. */
function failure(child: ChildProcess, signal?: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const ended = (code: number | null) => reject(new Error(`a process that judges mutants ended with ${code}`))
    child.once('exit', ended)
    signal?.addEventListener('abort', () => child.off('exit', ended))
  })
}
