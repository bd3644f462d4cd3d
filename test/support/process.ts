import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

/** The indexer as people run it: a process, with what it said. */
export interface IndexerProcess {
  readonly child: ChildProcess
  /** Resolves once it has said something that matches. */
  said(pattern: RegExp): Promise<void>
  /** Everything on both outputs. */
  output(): string
  /** Its exit status, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>
}

export function runIndexer(args: readonly string[]): IndexerProcess {
  return runScript('indexer/main.ts', args)
}

export function runScript(script: string, args: readonly string[]): IndexerProcess {
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  const take = (chunk: Buffer) => {
    output += chunk
    child.emit('said')
  }
  child.stdout.on('data', take)
  child.stderr.on('data', take)
  const ended = once(child, 'close').then(([status, signal]) => status ?? signal)
  return {
    child,
    output: () => output,
    ended,
    said: async (pattern) => {
      while (!pattern.test(output)) {
        const over = await Promise.race([once(child, 'said').then(() => false), ended.then(() => true)])
        if (over && !pattern.test(output)) throw new Error(`It ended without saying ${pattern}: ${output}`)
      }
    },
  }
}
