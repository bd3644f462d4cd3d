import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Verdict } from './judge.ts'
import type { Mutant } from './mutants.ts'

/** Long enough on a busy machine: a test that never ends uses up its gas, and few faults stop a process in another way. */
const LIMIT_MS = 600_000
/** A loop that copies memory takes all there is long before its gas is used up. The compiler and the chain need 2 GB. */
const LIMIT_BYTES = 6 * 2 ** 30
const LOOK_EVERY_MS = 200
const PAGE_BYTES = 4_096
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
      const begun = performance.now()
      const timer = setInterval(() => {
        if (performance.now() - begun < LIMIT_MS && memoryOf(child) < LIMIT_BYTES) return
        clearInterval(timer)
        resolve({ kind: 'timedOut' })
      }, LOOK_EVERY_MS)
      stop.signal.addEventListener('abort', () => clearInterval(timer))
    })
    answered.catch(() => undefined)
    child.send(mutant)
    return await Promise.race([answered, late, failure(child, stop.signal)])
  } finally {
    stop.abort()
  }
}

/** What a process holds in memory, in bytes; nothing where the system does not tell. */
function memoryOf({ pid }: ChildProcess): number {
  try {
    const [, pages = 0] = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ').map(Number)
    return pages * PAGE_BYTES
  } catch {
    return 0
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
