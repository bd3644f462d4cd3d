import { rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { exportHistory } from '../../../indexer/commands/export.ts'
import { index } from '../../../indexer/commands/index.ts'
import { prune } from '../../../indexer/commands/prune.ts'
import { serve } from '../../../indexer/commands/serve.ts'
import { verify } from '../../../indexer/commands/verify.ts'
import { runCommand } from '../../support/commands.ts'
import { paperDeployment } from '../../support/paperDeployment.ts'
import { runIndexer } from '../../support/process.ts'

const commands = { index, serve, verify, export: exportHistory, prune }

const deployment = join(tmpdir(), `deployment-${process.pid}.json`)
writeFileSync(deployment, JSON.stringify({ ...paperDeployment, name: 'nowhere' }))

const options: Readonly<Record<keyof typeof commands, string>> = {
  index:
    'deployment rpc ws verify finality transfers database schema host port blobs readers rate-limit trust-proxy public-rpc relay gateway no-graphiql poll-ms max-range rpc-rate rpc-timeout-ms log',
  serve:
    'deployment schema database host port blobs readers rate-limit trust-proxy public-rpc relay gateway no-graphiql log',
  verify: 'deployment rpc database schema from to repair max-range rpc-rate rpc-timeout-ms log',
  export: 'out format block deployment schema database log',
  prune: 'drop database log',
}

describe('each command of the indexer', () => {
  afterAll(() => rmSync(deployment))

  for (const [name, command] of Object.entries(commands)) {
    it(`${name} says what it does and which options it takes`, async () => {
      const { status, out, errors } = await runCommand(command, ['--help'])
      expect([status, errors]).toEqual([0, ''])
      const named = [...out.matchAll(/^ {2}--([a-z-]+)/gm)].map((match) => match[1])
      expect(named.join(' ')).toBe(options[name as keyof typeof commands])
      expect(out.split('\n').filter((line) => line.length > 140)).toEqual([])
      const called = name === 'index' ? 'attribution index --' : `attribution index ${name}`
      expect(out).toContain(called)
    })
  }

  it('refuses what makes no sense, in one sentence', async () => {
    const refusals: readonly (readonly [keyof typeof commands, readonly string[], RegExp])[] = [
      [
        'index',
        [],
        /^The indexer needs --deployment\. Give it, or set ATTRIBUTION_DEPLOYMENT\. Run it with --help to see its options\.$/,
      ],
      ['index', ['--deployment', deployment], /^The indexer needs --rpc\./],
      ['index', ['--deployment', `${deployment}.none`], /^There is no deployment at .*none\./],
      ['index', ['--deployment', deployment, '--rpc', 'localhost'], /^"localhost" is not the address of a node/],
      [
        'index',
        ['--deployment', deployment, '--rpc', 'http://a', '--finality', 'soon'],
        /^--finality is "soon"\. Give finalized, or a number of blocks\.$/,
      ],
      [
        'index',
        ['--deployment', deployment, '--rpc', 'http://a', '--finality', '0'],
        /^--finality is "0" \(least 1, most 1000000\)/,
      ],
      [
        'index',
        ['--deployment', deployment, '--rpc', 'http://a', '--log', 'xml'],
        /^--log is "xml"\. Give one of text, json\.$/,
      ],
      [
        'index',
        ['--deployment', deployment, '--rpc', 'http://a', '--finality-depth', '5'],
        /^The command was not understood: Unknown option '--finality-depth'\./,
      ],
      ['serve', [], /^No history is named\. Name it by --schema, or give its --deployment\.$/],
      ['serve', ['--rpc', 'http://a'], /^The command was not understood: Unknown option '--rpc'\./],
      ['verify', ['--deployment', deployment], /^The indexer needs --rpc\./],
      [
        'verify',
        ['--deployment', deployment, '--rpc', 'http://a', '--from', 'one'],
        /^--from is "one"\. Give the number of a block\.$/,
      ],
      ['export', [], /^The indexer needs --out\./],
      ['export', ['--out', 'x', '--format', 'xlsx'], /^--format is "xlsx"\. Give one of csv, jsonl\.$/],
      [
        'export',
        ['--out', 'x', '--database', '/nowhere', '--schema', 'a'],
        /^There is no database in \/nowhere\. Name the one that the indexer writes to\.$/,
      ],
      ['prune', ['--database', '/nowhere'], /^There is no database in \/nowhere/],
      [
        'prune',
        ['--drop=yes', '--database', '/nowhere'],
        /^The command was not understood: Option '--drop' does not take an argument/,
      ],
    ]
    for (const [name, args, refusal] of refusals) {
      const { status, out, errors } = await runCommand(commands[name], args)
      expect({ args, status, out }).toEqual({ args, status: 1, out: '' })
      expect(errors.trimEnd()).toMatch(refusal)
      expect(errors.trimEnd().split('\n')).toHaveLength(1)
    }
  })

  it('fails in JSON where its lines are JSON', async () => {
    const { errors } = await runCommand(prune, ['--log', 'json', '--database', '/nowhere'])
    expect(JSON.parse(errors)).toEqual({
      time: expect.any(String),
      level: 'error',
      event: 'failed',
      message: 'There is no database in /nowhere. Name the one that the indexer writes to.',
    })
  })

  it('is named in full where another was asked for', async () => {
    const run = runIndexer(['replay'])
    expect(await run.ended).toBe(1)
    expect(run.output()).toBe(
      'There is no command replay. Give one of index, serve, verify, export, prune, or run it with --help.\n',
    )
  })
})
