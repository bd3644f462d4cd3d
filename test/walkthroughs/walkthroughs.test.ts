import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../support/localLedger.ts'
import { blocksOf } from './page.ts'
import { openShell, type Shell } from './shell.ts'

/** Pages that go on in each other's folder, in this order. */
const PAGES = ['contributor', 'model-owner', 'operator', 'auditor', 'challenger', 'adapter']

describe('the walkthroughs, from an empty folder', () => {
  let shell: Shell
  beforeAll(async () => {
    shell = openShell(await freePort())
  })
  afterAll(() => shell?.stop())

  it.each(PAGES)('%s', { timeout: 600_000 }, async (page) => {
    const blocks = blocksOf(readFileSync(`docs/walkthroughs/${page}.md`, 'utf8'))
    expect(blocks).not.toEqual([])
    for (const block of blocks) await shell.run(block)
  })
})

describe('a page', () => {
  it('is blocks of shell, each with what it is expected to say', () => {
    const page = ['# Title', '```sh background', 'one &', '```', '<!-- expect: up -->', '', '```json', '{}', '```']
    page.push('```sh', 'two', 'three', '```', '', '<!-- expect: a -->', '<!-- expect: b -->')
    expect(blocksOf(page.join('\n'))).toEqual([
      { line: 2, script: 'one &', isBackground: true, expected: ['up'] },
      { line: 10, script: 'two\nthree', isBackground: false, expected: ['a', 'b'] },
    ])
    expect(() => blocksOf('```sh\nfor ever')).toThrow('The block of line 1 does not end')
  })
})
