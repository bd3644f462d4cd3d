import { globSync, readFileSync } from 'node:fs'
import { dirname, normalize } from 'node:path'
import { describe, expect, it } from 'vitest'

/** Which rooms a room may import from (DESIGN section 9 and docs/decisions/005). `scripts` and `test` may use all. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  attribution: [],
  deployments: [],
  sdk: ['attribution', 'deployments'],
  pipeline: ['attribution', 'sdk'],
  indexer: ['attribution', 'sdk'],
}

const importPattern = /(?:from|import)\s*\(?\s*['"](\.[^'"]+)['"]/g

function importsOf(file: string): string[] {
  const source = readFileSync(file, 'utf8')
  return [...source.matchAll(importPattern)].map((match) => normalize(`${dirname(file)}/${match[1]}`))
}

const roomOf = (file: string): string => file.split('/')[0] ?? ''

describe('imports', () => {
  for (const [room, others] of Object.entries(allowed)) {
    it(`${room} imports only itself${others.map((other) => ` and ${other}`).join('')}`, () => {
      const strays = globSync(`${room}/**/*.{ts,mjs}`)
        .flatMap((file) => importsOf(file).map((target) => ({ file, target })))
        .filter(({ target }) => roomOf(target) !== room && !others.includes(roomOf(target)))
      expect(strays).toEqual([])
    })
  }

  it('nothing but scripts and test imports scripts or test', () => {
    const strays = Object.keys(allowed)
      .flatMap((room) => globSync(`${room}/**/*.{ts,mjs}`))
      .flatMap((file) => importsOf(file).map((target) => ({ file, target })))
      .filter(({ target }) => ['scripts', 'test'].includes(roomOf(target)))
    expect(strays).toEqual([])
  })
})
