import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { checkApi } from '../../auditor/checks/api.ts'
import { emptyTally } from '../../auditor/report/tally.ts'
import { emptyWorld } from '../../auditor/world/world.ts'
import type { Header } from '../../chain/verify/header.ts'
import { terminalOn } from '../../cli/terminal.ts'
import { download } from '../../sdk/node/download.ts'
import { writeWhole } from '../../sdk/node/writeWhole.ts'
import { attribution, signedBy, startAttribution } from '../support/attribution.ts'
import { deploymentFileOf } from '../support/deploymentFile.ts'
import { newFolder } from '../support/folder.ts'
import { keyOf } from '../support/keyOf.ts'
import { type LocalLedger, startLocalLedger } from '../support/localLedger.ts'
import type { Typed } from '../support/typed.ts'

/** What people name by mistake: each is answered in one paragraph that names it and says what to do, and leaves nothing behind. */
describe('a command that is given', () => {
  let local: LocalLedger
  let folder: string
  let on: readonly string[]
  beforeAll(async () => {
    local = await startLocalLedger(1)
    folder = newFolder('given')
    mkdirSync(folder, { recursive: true })
    on = ['--rpc', local.rpcUrl, '--deployment', deploymentFileOf(local)]
  })
  afterAll(() => local?.stop())

  const refused = ({ code, out, err }: Typed, status: number, sentence: string | RegExp): void => {
    expect(`${out}${err}`).toMatch(sentence)
    expect(err).not.toMatch(/\n {4}at |report it|EISDIR/)
    expect(code).toBe(status)
  }

  it('a folder instead of a key names it', async () => {
    const { code, err } = await attribution(['account', 'open', ...on, '--key-file', folder, '--yes'])
    expect({ code, err }).toEqual({
      code: 2,
      err: `\n${folder} cannot be read: it is a folder, and a file is needed.\n`,
    })
  })

  it.each([
    ['audit', 'document', 'verify'],
    ['receipt', 'verify'],
  ])('a folder instead of a file names it (%s %s %s)', async (...command) => {
    const said = await attribution([...command.filter(Boolean), folder, ...on])
    refused(said, command[0] === 'audit' ? 2 : 1, `${folder} is a folder, not a file`)
  })

  it.each([
    ['plain.txt', 'nothing of the kind', /plain\.txt is not JSON, and so no deployment/],
    ['other.json', '{"name":"x"}', /other\.json does not describe a deployment/],
  ])('another file than a deployment says what that is (%s)', async (name, content, sentence) => {
    const file = join(folder, name)
    writeFileSync(file, content)
    const said = await attribution(['account', 'show', '1', '--rpc', local.rpcUrl, '--deployment', file])
    refused(said, 1, sentence)
    expect(said.err).toContain('JSON with name, chainId, startBlock and contracts')
  })

  it('a folder instead of a deployment says so', async () => {
    const said = await attribution(['account', 'show', '1', '--rpc', local.rpcUrl, '--deployment', folder])
    refused(said, 1, `The deployment ${folder} cannot be read: it is a folder, and a file is needed`)
  })

  it.each([
    ['audit', '--at', 'latest', '--out'],
    ['audit', 'document', '--format', 'spdx', '--model', '1', '--out'],
    ['deploy', '--yes', '--name', 'x', '--out'],
  ])(
    'a place where no folder may be ends at once (%s %s)',
    async (...command) => {
      const place = `/proc/nowhere${command.includes('spdx') ? '/file' : ''}`
      const given = command[0] === 'deploy' ? ['--rpc', local.rpcUrl] : on
      const said = await attribution([...command, place, ...given], signedBy(0))
      expect(said.err).not.toMatch(/\n {4}at |report it/)
      expect(said.code).toBeGreaterThan(0)
    },
    10_000,
  )

  it('a place that cannot be written leaves nothing half-written', async () => {
    const place = join(folder, 'a folder')
    mkdirSync(place)
    const books = await attribution(['audit', 'books', '--format', 'csv', '--out', place, ...on])
    refused(books, 1, 'a folder')
    expect(() => writeWhole(place, 'content')).toThrow(expect.objectContaining({ code: 'EISDIR' }))
    expect(readdirSync(folder).filter((name) => name.startsWith('a folder'))).toEqual(['a folder'])
  })

  it('no gas deploys nothing, and leaves no folder', async () => {
    const out = join(folder, 'deployments')
    const poor = { ATTRIBUTION_PRIVATE_KEY: `0x${'42'.repeat(32)}` }
    refused(
      await attribution(['deploy', '--yes', '--name', 'x', '--out', out, '--rpc', local.rpcUrl], poor),
      1,
      'cannot pay for gas',
    )
    expect(readdirSync(folder)).not.toContain('deployments')
  })

  it('no budget relays nothing; the one that it has is shown first', async () => {
    const relay = ['relay', ...on, '--port', '0', '--dry-run']
    refused(await attribution([...relay, '--budget', '0'], signedBy(0)), 2, 'It takes more than 0 ETH')
    const { out } = await attribution([...relay, '--budget', '0.5'], { ATTRIBUTION_PRIVATE_KEY: keyOf(0) })
    expect(out).toContain('for 0.5 ETH of gas a day at most, 0.001 ETH of it for one account')
  })

  it('Ctrl-C while a node is silent ends in one sentence', async () => {
    let isAsked = false
    await serving(
      () => {
        isAsked = true
      },
      async (url) => {
        const running = startAttribution(['audit', '--rpc', url, '--deployment', on[3] as string])
        await vi.waitUntil(() => isAsked, { timeout: 60_000 })
        running.signal('SIGINT')
        const { code, err } = await running.ended
        expect({ code, err }).toEqual({ code: 130, err: '\nInterrupted before it was done. Run it again.\n' })
      },
    )
  })

  it('a page instead of an index says what answered, once', async () => {
    const said = await serving(
      (_, response) => response.end('<!doctype html><p>Hello'),
      (url) => attribution(['audit', ...on, '--at', 'latest', '--api', url]),
    )
    refused(said, 2, /what answers there is no index: it says "<!doctype html>/)
    expect(said.out.match(/not checked \(api\)/g)).toHaveLength(1)
  })

  it('an index that never answers waits for it once', async () => {
    const tally = emptyTally()
    const block = { hash: `0x${'00'.repeat(32)}` } as Header
    const { signal } = new AbortController()
    const asked = { block, sample: undefined, tally, signal, silenceMs: 200, progress: () => {} }
    await serving(
      () => {},
      (api) => checkApi({ ...asked, api }, emptyWorld(1)),
    )
    expect(tally.unchecked.map(({ why, isNeeded }) => ({ why, isNeeded }))).toEqual([
      {
        why: 'nothing was answered within 0.2 s. See whether the index runs, or give the address of another one',
        isNeeded: true,
      },
    ])
  })

  it('a server of row indexes that never answers does not wait for long', async () => {
    const { silent, dripping } = await serving(
      (request, response) => {
        if (request.url === '/dripping') response.write('a few bytes')
      },
      async (url) => {
        const why = (path: string) => download(`${url}/${path}`, 1_000, 60_000, 200).catch(({ message }) => message)
        return { silent: await why('silent'), dripping: await why('dripping') }
      },
    )
    const sentence = 'it sends nothing for 0.2 s'
    expect({ silent, dripping }).toEqual({ silent: sentence, dripping: sentence })
  })

  it('a step that hangs shows how far it is after two seconds', async () => {
    vi.useFakeTimers()
    const written = vi.spyOn(process.stderr, 'write').mockImplementation(() => true)
    try {
      const { progress, note } = terminalOn(false)
      progress('lists of the API', 0, 12)
      expect(written).not.toHaveBeenCalled()
      await vi.advanceTimersByTimeAsync(2_000)
      expect(written.mock.calls.join('')).toContain('lists of the API')
      expect(written.mock.calls.join('')).toContain('0 of 12')
      note('')
    } finally {
      written.mockRestore()
      vi.useRealTimers()
    }
  })
})

/** What comes of a server that does as `listener` says. */
async function serving<T>(listener: RequestListener, work: (url: string) => Promise<T>): Promise<T> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    return await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  } finally {
    server.close()
    server.closeAllConnections()
  }
}
