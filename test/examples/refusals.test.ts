import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { TASK_NAMES, taskScenarios } from '../../examples/demo/settings.ts'
import { newFolder } from '../support/folder.ts'
import { freePort } from '../support/localLedger.ts'
import { type Typed, type } from '../support/typed.ts'

/** One paragraph on stderr, no stack, a non-zero exit. */
function expectParagraph({ code, err }: Typed, sentence: string | RegExp): void {
  expect(err).toMatch(sentence)
  expect(err).not.toContain('    at ')
  expect(code).toBe(1)
}

describe('the demo ends with one clear paragraph', () => {
  const folder = newFolder('demo')

  it.each([['--rpc-port'], ['--port']])('where the port of %s is busy', async (option) => {
    const port = await freePort()
    const stranger = createServer().listen(port, '127.0.0.1')
    const other = option === '--port' ? '--rpc-port' : '--port'
    const args = ['--folder', join(folder, 'busy'), option, `${port}`, other, `${await freePort()}`]
    const demo = await type('examples/demo/main.ts', ['--once', ...args])
    stranger.close()
    expectParagraph(
      demo,
      new RegExp(
        `Port ${port} is taken by another program\\. Stop that program, or choose another port with ${option}`,
      ),
    )
  })

  it('where it is asked to continue as another', async () => {
    const another = join(folder, 'another')
    const scenario = {
      seed: 1,
      tasks: taskScenarios(TASK_NAMES, { rows: 1600, heldOut: 400, contributors: 40 }),
      batchSize: 200,
      maxTokens: 64,
      compareFullPrecision: false,
    }
    mkdirSync(another)
    writeFileSync(join(another, 'scenario.json'), JSON.stringify(scenario))
    const demo = await type('examples/demo/main.ts', ['--once', '--folder', another, '--seed', '2'])
    expectParagraph(
      demo,
      'holds a demo of other seed than were asked for (there 1, asked 2). Add --fresh to start again',
    )
  })
})
