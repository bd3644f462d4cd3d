import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connect } from '../../sdk/contracts.ts'
import { readDeployment } from '../../sdk/node/readDeployment.ts'
import { attribution, startAttribution } from '../support/attribution.ts'
import { startFaultyNode } from '../support/breakingNode.ts'
import { freePort } from '../support/localLedger.ts'
import type { Running, Typed } from '../support/typed.ts'

function expectParagraph({ code, err }: Typed, sentence: string | RegExp): void {
  expect(err).toMatch(sentence)
  expect(err).not.toMatch(/\n {4}at /)
  expect(code).toBe(1)
}

describe('a chain of one’s own, and contracts on it', () => {
  let folder: string
  let rpc: string
  let port: number
  let node: Running
  const keyOf = (index: number) => join(folder, 'node', 'keys', `${index}.key`)
  const args = (name: string, ...more: readonly string[]) =>
    [
      'deploy',
      '--name',
      name,
      '--out',
      join(folder, 'out'),
      '--rpc',
      rpc,
      '--key-file',
      keyOf(0),
      '--yes',
      ...more,
    ] as const
  const startNode = async () => {
    const running = startAttribution(['node', '--port', `${port}`, '--folder', join(folder, 'node'), '--accounts', '2'])
    await running.said('Ctrl-C stops it')
    return running
  }
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'deploy-'))
    port = await freePort()
    rpc = `http://127.0.0.1:${port}`
    node = await startNode()
  })
  afterAll(async () => {
    node.signal('SIGINT')
    await node.ended
    rmSync(folder, { recursive: true, force: true })
  })

  it('writes keys that only their owner reads, and keeps its state over a restart', async () => {
    expect([keyOf(0), join(folder, 'node', 'phrase')].map((path) => statSync(path).mode & 0o777)).toEqual([
      0o600, 0o600,
    ])
    const before = await attribution(['node', 'advance', '3d', '--rpc', rpc, '--json'])
    node.signal('SIGINT')
    expect(await node.ended).toMatchObject({ code: 0, err: '' })
    node = await startNode()
    const after = await attribution(['node', 'advance', '1s', '--rpc', rpc, '--json'])
    const [earlier, later] = [before, after].map(({ out }) => JSON.parse(out) as { block: string; time: string })
    expect(Number(later?.block)).toBeGreaterThan(Number(earlier?.block))
    expect(Date.parse(later?.time ?? '')).toBeGreaterThan(Date.parse(earlier?.time ?? ''))
    const taken = await attribution(['node', '--port', `${port}`, '--folder', join(folder, 'other')])
    expectParagraph(
      taken,
      `Port ${port} is taken by another program. Stop that program, or choose another port with --port`,
    )
  })

  it('are deployed once under a name, with the terms that were asked for', async () => {
    const dry = await attribution([...args('first').filter((arg) => arg !== '--yes'), '--dry-run', '--epoch', '1h'])
    expect(dry.out).toMatch(/epochs of 1 hour[\s\S]*About 0\.\d+ ETH for gas in all\.\nNothing was sent\./)
    expect(existsSync(join(folder, 'out'))).toBe(false)
    const sent = await attribution(args('first', '--epoch', '1h'))
    expect(sent).toMatchObject({ code: 0, out: expect.stringContaining('Deployed first on chain 31337') })
    const { reader, contracts } = await connect(rpc, readDeployment(join(folder, 'out', 'first.json')))
    expect(await reader.readContract({ ...contracts.ledger, functionName: 'terms' })).toMatchObject({
      epochSeconds: 3_600,
    })
    expectParagraph(await attribution(args('first')), 'first is deployed already')
  })

  it('are deployed to their end after a kill at any moment, half-written files too', async () => {
    const out = join(folder, 'out')
    const moments = [
      ['torn', { at: 'eth_sendRawTransaction', after: 3, how: 'drop' }, 'onAfter'],
      // What Ignition noted the nonce of, and not the hash: it was taken, and nobody knows.
      ['taken', { at: 'eth_sendRawTransaction', after: 17, how: 'drop' }, 'onAfter'],
      ['unsent', { at: 'eth_sendRawTransaction', after: 25, how: 'refuse' }, 'onBefore'],
    ] as const
    for (const [name, fault, when] of moments) {
      let running: Running | undefined
      const faulty = await startFaultyNode(rpc, { ...fault, [when]: () => running?.signal('SIGKILL') })
      running = startAttribution(args(name).map((arg) => (arg === rpc ? faulty.rpcUrl : arg)))
      expect(await running.ended, name).toMatchObject({ code: null })
      await faulty.stop()
      if (name === 'torn') {
        for (const file of ['journal.jsonl', 'sent.jsonl']) appendFileSync(join(out, name, file), '\n{"type":"TRANS')
        writeFileSync(join(out, name, 'deployed_addresses.json'), '{"Attr')
      }
      const resumed = await attribution(args(name))
      expect({ name, code: resumed.code, err: resumed.code === 0 ? '' : resumed.err }).toEqual({
        name,
        code: 0,
        err: '',
      })
      const { reader, contracts, fromBlock } = await connect(rpc, readDeployment(join(out, `${name}.json`)))
      const opened = { ...contracts.accounts, eventName: 'AccountOpened', fromBlock } as const
      expect(await reader.getContractEvents(opened)).toHaveLength(1)
    }
  }, 600_000)

  it('are deployed by one of two commands that begin at once', async () => {
    const both = await Promise.all([startAttribution(args('twins')).ended, startAttribution(args('twins')).ended])
    expect(both.map(({ code }) => code).toSorted()).toEqual([0, 1])
    expectParagraph(both.find(({ code }) => code === 1) as Typed, /Another command is deploying into|deployed already/)
  })

  it('are refused in one paragraph without gas, on another chain, into nothing, and with other options', async () => {
    const poor = join(folder, 'poor.key')
    writeFileSync(poor, `0x${'42'.repeat(32)}`, { mode: 0o600 })
    expectParagraph(
      await attribution(args('poor', '--key-file', poor)),
      'cannot pay for gas: it has 0 ETH, and needs about',
    )
    const stored = JSON.parse(readFileSync(join(folder, 'out', 'first.json'), 'utf8'))
    writeFileSync(join(folder, 'out', 'elsewhere.json'), JSON.stringify({ ...stored, chainId: 1 }))
    expectParagraph(await attribution(args('elsewhere')), 'describes a deployment on chain 1')
    expectParagraph(await attribution(args('x', '--out', poor)), 'is a file where a folder should be')
    const broken = await attribution(args('x', '--demand-time', '1d'))
    expect(broken).toMatchObject({
      code: 2,
      err: '\n--demand-time takes a third of a window at most: 57600 seconds.\n',
    })
  })

  it.skipIf(process.getuid?.() !== 0)('lose nothing on a disk that is full or read-only', async () => {
    for (const [options, sentence] of [
      ['size=64k', /the disk is full/],
      ['ro', /may not be written/],
    ] as const) {
      const out = join(folder, 'small')
      mkdirSync(out, { recursive: true })
      execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', out])
      try {
        expectParagraph(await attribution(args('small', '--out', out)), sentence)
      } finally {
        execFileSync('umount', [out])
      }
    }
  })
})
