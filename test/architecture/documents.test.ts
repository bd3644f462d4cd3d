import { globSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const read = (file: string): string => readFileSync(file, 'utf8')
const pages = ['README.md', 'CONTRIBUTING.md', ...globSync('docs/**/*.md')]
const commands = Object.keys(JSON.parse(read('package.json')).scripts)

describe('documents', () => {
  it('name only commands that exist', () => {
    const named = pages.flatMap((page) =>
      [...read(page).matchAll(/npm run ([a-z:-]+)/g)].map((match) => ({ page, command: match[1] })),
    )
    expect(named.filter(({ command }) => !commands.includes(command ?? ''))).toEqual([])
  })

  it('name every command that there is', () => {
    const prose = pages.map(read).join('\n')
    const lifecycle = ['postinstall']
    const spoken = (command: string): boolean =>
      prose.includes(`npm run ${command}`) || (['start', 'test'].includes(command) && prose.includes(`npm ${command}`))
    expect(commands.filter((command) => !lifecycle.includes(command) && !spoken(command))).toEqual([])
  })

  it('explain every error of every contract, and no other', () => {
    const explained = [...read('docs/errors.md').matchAll(/^\| `([A-Z][A-Za-z]*_\w+)` \|/gm)].map((match) => match[1])
    const errors = globSync('contracts/**/*.sol').flatMap((file) =>
      [...read(file).matchAll(/^\s*error (\w+)\(/gm)].map((match) => match[1] ?? ''),
    )
    expect(explained.toSorted()).toEqual(errors.toSorted())
  })

  it('link only to files that exist', () => {
    const broken = pages.flatMap((page) => {
      const folder = page.includes('/') ? page.slice(0, page.lastIndexOf('/') + 1) : ''
      return [...read(page).matchAll(/\]\((?!https?:|#)([^)#]+)\)/g)]
        .map((match) => `${folder}${match[1]}`)
        .filter((target) => globSync(target).length === 0)
    })
    expect(broken).toEqual([])
  })
})
