import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TASK_NAMES, taskScenarios } from '../../examples/demo/settings.ts'
import { keyOf } from '../support/keyOf.ts'
import { freePort, type LocalLedger, startLocalLedger } from '../support/localLedger.ts'
import { type Typed, type } from '../support/typed.ts'

/** One paragraph on stderr, no stack, a non-zero exit. */
function expectParagraph({ code, err }: Typed, sentence: string | RegExp): void {
  expect(err).toMatch(sentence)
  expect(err).not.toContain('    at ')
  expect(code).toBe(1)
}

describe('commands that people type', () => {
  let local: LocalLedger
  let deployment: string
  let connected: readonly string[]
  const curator = { PRIVATE_KEY: keyOf(1) }

  beforeAll(async () => {
    local = await startLocalLedger(1)
    deployment = join(local.folder, 'deployment.json')
    writeFileSync(deployment, JSON.stringify(local.deployment))
    connected = ['--rpc', local.rpcUrl, '--deployment', deployment]
  })
  afterAll(() => local.stop())

  const datasetFolder = (): string => {
    const folder = mkdtempSync(join(local.folder, 'dataset-'))
    writeFileSync(join(folder, 'dataset.json'), JSON.stringify({ licence: 'CC0-1.0', metadataURI: 'ipfs://card' }))
    writeFileSync(join(folder, 'TERMS.md'), 'Share alike.')
    writeFileSync(join(folder, 'README.md'), `A dataset in ${folder}.`)
    return folder
  }

  describe('say what they would send and wait for --send', () => {
    it('from a dataset folder to a frozen version', async () => {
      const { connection } = local
      const { reader } = connection
      const folder = datasetFolder()
      const before = await reader.getBlockNumber()
      const dry = await type('scripts/registerDataset.ts', [folder, ...connected], curator)
      expect(dry.out).toMatch(/Datasets\.register\(\{"licence":"CC0-1\.0".*\n {2}from 0x70997970.*\nNothing was sent/)
      expect(await reader.getBlockNumber()).toBe(before)

      const sent = await type('scripts/registerDataset.ts', [folder, ...connected, '--send'], curator)
      expect(sent.out).toContain('Registered dataset 1.')
      const again = await type('scripts/registerDataset.ts', [folder, ...connected, '--send'], curator)
      expect(again.out).toBe('This is dataset 1 already.\n')

      const items = join(folder, 'items.jsonl')
      writeFileSync(items, '{"label":"ham","text":"lunch?"}\n{"label":"spam","text":"win!"}\n')
      const contributor = { PRIVATE_KEY: keyOf(9) }
      const contribute = (...args: readonly string[]) =>
        type('scripts/contribute.ts', [items, '--dataset', '1', ...args, ...connected, '--send'], contributor)
      expectParagraph(await contribute('--terms', join(folder, 'README.md')), 'holds other terms than the dataset’s')
      const contributed = await contribute('--terms', join(folder, 'TERMS.md'))
      const contribution = /0x[0-9a-f]{64} as account/.exec(contributed.out)?.[0].slice(0, 66) ?? ''
      const frozen = await type(
        'scripts/freezeDataset.ts',
        [contribution, '--dataset', '1', ...connected, '--send'],
        curator,
      )
      expect(frozen.out).toContain(`Version ${(1n << 32n) | 1n} holds 1 contributions.`)
    })
  })

  it('train says how it is used, and refuses what it does not understand', async () => {
    expect(await type('scripts/train.ts', ['--help'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('--contributors <number>'),
    })
    expectParagraph(await type('scripts/train.ts', ['--rows', 'x']), '--rows takes a whole number')
  })

  describe('end with one clear paragraph and a non-zero exit', () => {
    it('where the licence of a dataset is not an SPDX identifier', async () => {
      const folder = datasetFolder()
      writeFileSync(
        join(folder, 'dataset.json'),
        JSON.stringify({ licence: 'do what you like!', metadataURI: 'ipfs://card' }),
      )
      const registered = await type('scripts/registerDataset.ts', [folder, ...connected, '--send'], curator)
      expectParagraph(
        registered,
        /dataset\.json does not describe a dataset \(at licence, problem is not an SPDX licence identifier\)/,
      )
    })

    it.each([['--rpc-port'], ['--port']])('where the port of %s is busy', async (option) => {
      const port = await freePort()
      const stranger = createServer().listen(port, '127.0.0.1')
      const other = option === '--port' ? '--rpc-port' : '--port'
      const args = ['--folder', join(local.folder, 'busy'), option, `${port}`, other, `${await freePort()}`]
      const demo = await type('examples/demo/main.ts', ['--once', ...args])
      stranger.close()
      expectParagraph(
        demo,
        new RegExp(
          `Port ${port} is taken by another program\\. Stop that program, or choose another port with ${option}`,
        ),
      )
    })

    it('where the demo is asked to continue as another', async () => {
      const folder = join(local.folder, 'another')
      const scenario = {
        seed: 1,
        tasks: taskScenarios(TASK_NAMES, { rows: 1600, heldOut: 400, contributors: 40 }),
        batchSize: 200,
        maxTokens: 64,
        compareFullPrecision: false,
      }
      mkdirSync(folder)
      writeFileSync(join(folder, 'scenario.json'), JSON.stringify(scenario))
      const demo = await type('examples/demo/main.ts', ['--once', '--folder', folder, '--seed', '2'])
      expectParagraph(
        demo,
        'holds a demo of other seed than were asked for (there 1, asked 2). Add --fresh to begin anew',
      )
    })
  })
})
