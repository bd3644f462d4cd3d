import { spawn } from 'node:child_process'
import { chmodSync, mkdirSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { newFolder } from '../support/folder.ts'
import type { Block } from './page.ts'

/** A person's shell in an empty folder: of this project it knows `attribution` alone, and of the environment nothing. */
export interface Shell {
  readonly folder: string
  run(block: Block): Promise<string>
  stop(): Promise<void>
}

const BACKGROUND_READY_MS = 60_000

/** @param port Takes the place of the node's usual one, which others may use. */
export function openShell(port: number): Shell {
  const home = newFolder('walkthrough')
  const folder = join(home, 'work')
  const bin = join(home, 'bin')
  for (const made of [folder, bin]) mkdirSync(made)
  const command = new URL('../../cli/attribution.mjs', import.meta.url).pathname
  chmodSync(command, 0o755)
  symlinkSync(command, join(bin, 'attribution'))
  const env = { HOME: home, PATH: `${bin}:/usr/local/bin:/usr/bin:/bin`, TMPDIR: tmpdir() }
  const backgrounds: { readonly stop: () => Promise<void> }[] = []

  const start = (script: string) => {
    // Stops at the first line that fails, and shows each line before it runs.
    const child = spawn('bash', ['-euxo', 'pipefail', '-c', script.replaceAll('8545', `${port}`)], {
      cwd: folder,
      env,
      // A group of its own, so that what it started ends with it.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const said = { output: '' }
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        said.output += chunk
      })
    }
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
    return { said, ended, pid: child.pid as number }
  }

  return {
    folder,
    async run({ script, isBackground, expected, line }) {
      const { said, ended, pid } = start(script)
      const missing = () =>
        expected.map((text) => text.replaceAll('8545', `${port}`)).filter((text) => !said.output.includes(text))
      if (isBackground) {
        let isOver = false
        void ended.then(() => {
          isOver = true
        })
        backgrounds.push({
          stop: async () => {
            if (!isOver) process.kill(-pid, 'SIGINT')
            await ended
          },
        })
        for (let waited = 0; missing().length > 0; waited += 100) {
          if (isOver || waited > BACKGROUND_READY_MS)
            throw new Error(`The block of line ${line} does not say ${missing().join(', ')}:\n${said.output}`)
          await sleep(100)
        }
        return said.output
      }
      const code = await ended
      if (code !== 0) throw new Error(`The block of line ${line} ends with ${code}:\n${said.output}`)
      if (missing().length > 0)
        throw new Error(`The block of line ${line} does not say ${missing().join(', ')}:\n${said.output}`)
      return said.output
    },
    async stop() {
      for (const { stop } of backgrounds.toReversed()) await stop()
    },
  }
}
