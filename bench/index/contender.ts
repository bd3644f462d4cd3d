import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { StopError } from '../../sdk/errors.ts'
import { cpuSeconds, descendantsCpuSeconds, descendantsMiB, peakMiB } from './processes.ts'

/** An indexer as a process of its own, ours or another's: told apart by nothing but what it is started with. */
export interface Contender {
  readonly name: string
  readonly command: readonly string[]
  readonly folder: string
  readonly env: Readonly<Record<string, string>>
  /** Where it answers /health once it runs, and /ready once it has caught up. */
  readonly url: string
}

/** What one backfill took. */
export interface Backfill {
  /** From the moment that it answers until it has caught up. */
  readonly seconds: number
  /** Before that: loading itself, opening its database. */
  readonly startSeconds: number
  readonly cpuSeconds: number
  readonly peakMiB: number
  /** Of the processes below it: the server of an embedded database. */
  readonly childrenCpuSeconds: number
  readonly childrenPeakMiB: number
}

export interface Running {
  readonly pid: number
  readonly backfill: Backfill
  stop(): Promise<void>
}

const LOOK_MS = 20
const WEIGH_MS = 250
const PATIENCE_MS = 300_000

/** Starts it and waits until it has caught up; `meanwhile` is called now and then on the way. */
export async function runToHead(
  { name, command, folder, env, url }: Contender,
  meanwhile: (pid: number) => Promise<void> = async () => {},
): Promise<Running> {
  const start = performance.now()
  const [program = '', ...args] = command
  const child = spawn(program, args, {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const output of [child.stdout, child.stderr]) {
    output.on('data', (chunk: Buffer) => {
      said = `${said}${chunk}`.slice(-2_000)
    })
  }
  const ended = once(child, 'close')
  const pid = child.pid ?? 0
  let childrenPeakMiB = 0
  let weighedAt = 0
  const weigh = () => {
    if (performance.now() - weighedAt < WEIGH_MS) return
    weighedAt = performance.now()
    childrenPeakMiB = Math.max(childrenPeakMiB, descendantsMiB(pid))
  }
  const until = async (path: string) => {
    while (!(await isOk(`${url}${path}`))) {
      weigh()
      await meanwhile(pid)
      if (child.exitCode !== null || performance.now() - start > PATIENCE_MS) {
        child.kill('SIGKILL')
        throw new StopError(`${name} does not come to ${path}`, { said: said.trim() }, 'Run it alone to see why.')
      }
      await sleep(LOOK_MS)
    }
    return (performance.now() - start) / 1_000
  }
  const answering = await until('/health')
  const ready = await until('/ready')
  return {
    pid,
    backfill: {
      seconds: ready - answering,
      startSeconds: answering,
      cpuSeconds: cpuSeconds(pid),
      peakMiB: peakMiB(pid),
      childrenCpuSeconds: descendantsCpuSeconds(pid),
      childrenPeakMiB,
    },
    stop: async () => {
      child.kill('SIGTERM')
      await ended
    },
  }
}

async function isOk(url: string): Promise<boolean> {
  try {
    const response = await fetch(url)
    await response.arrayBuffer()
    return response.ok
  } catch {
    return false
  }
}
