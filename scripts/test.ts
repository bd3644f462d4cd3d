// What holds before a commit: npm test runs every phase, npm run check the first. What a phase asks is independent, so two
// commands run at a time, one a core; all of them end before a phase fails, so that one run names everything that is wrong.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { StopError } from '../sdk/errors.ts'
import { runCommand, UsageError } from './command.ts'

const AT_ONCE = 2

/** By phase, in an order that keeps both cores busy to its end; gas is that of the release build. */
const phases: Readonly<Record<string, readonly string[]>> = {
  check: [
    'tsc -p .',
    "prettier --check 'contracts/**/*.sol' 'test/**/*.sol'",
    'tsc -p web',
    'npm run -s lint:solidity',
    'npm run -s build:web',
    'biome ci . --diagnostic-level=error',
    'npm run -s lint:forge',
    'knip',
    'vitest run --config test/architecture/vitest.config.ts',
    'node scripts/generateAbi.ts --check',
  ],
  contracts: [
    'node scripts/deploy/build.ts',
    'hardhat test solidity',
    'node scripts/coverage.ts',
    'node bench/gas.ts --check',
  ],
  vitest: ['vitest run'],
}

interface Ran {
  readonly command: string
  readonly isOk: boolean
  readonly seconds: number
}

await runCommand({
  usage: `node scripts/test.ts [${Object.keys(phases).join(' | ')} …]`,
  options: {},
  async run(_, names) {
    const unknown = names.find((name) => phases[name] === undefined)
    if (unknown !== undefined)
      throw new UsageError(`There is no phase ${unknown}; the phases are ${Object.keys(phases).join(', ')}`)
    const times: string[] = []
    for (const [name, commands] of Object.entries(phases)) {
      if (names.length > 0 && !names.includes(name)) continue
      const begun = performance.now()
      const ran = await runAll(commands)
      times.push(row(name, secondsSince(begun)), ...ran.map(({ command, seconds }) => row(`  ${command}`, seconds)))
      const failed = ran.filter(({ isOk }) => !isOk).map(({ command }) => command)
      keep(times)
      if (failed.length > 0)
        throw new StopError(`${name} failed`, { failed: failed.join('; ') }, 'Look at what they say above.')
    }
    console.log(`\n${times.join('\n')}`)
  },
})

async function runAll(commands: readonly string[]): Promise<readonly Ran[]> {
  const waiting = [...commands]
  const ran: Ran[] = []
  const work = async (): Promise<void> => {
    for (let command = waiting.shift(); command !== undefined; command = waiting.shift())
      ran.push(await runOne(command, commands.length === 1))
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return ran
}

/** What runs beside another command is heard when it has ended, so that outputs do not mix. */
async function runOne(command: string, isAlone: boolean): Promise<Ran> {
  const begun = performance.now()
  const output = isAlone ? 'inherit' : 'pipe'
  const child = spawn(command, { shell: true, stdio: ['ignore', output, output] })
  const said: Buffer[] = []
  child.stdout?.on('data', (chunk: Buffer) => said.push(chunk))
  child.stderr?.on('data', (chunk: Buffer) => said.push(chunk))
  const [status] = await once(child, 'close')
  if (!isAlone) process.stdout.write(`\n> ${command}\n${Buffer.concat(said)}`)
  return { command, isOk: status === 0, seconds: secondsSince(begun) }
}

function secondsSince(begun: number): number {
  return Math.round((performance.now() - begun) / 1_000)
}

function row(what: string, seconds: number): string {
  return `${String(seconds).padStart(6)} s  ${what}`
}

/** Kept beside the times of the test files (test/support/fileTimes.ts). */
function keep(times: readonly string[]): void {
  const folder = fileURLToPath(new URL('../var/times/', import.meta.url))
  mkdirSync(folder, { recursive: true })
  writeFileSync(`${folder}phases.txt`, `${times.join('\n')}\n`)
}
