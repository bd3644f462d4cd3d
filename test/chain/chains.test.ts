import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { chainOf, chains } from '../../chain/chains.ts'

const PAGE = readFileSync('docs/chains.md', 'utf8')

describe('the table of chains', () => {
  it('has each chain once', () => {
    expect(new Set(chains.map(({ id }) => id)).size).toBe(chains.length)
    expect(chainOf(8_453)).toMatchObject({ name: 'Base', blockMs: 2_000, receipts: 'op', isListed: true })
    expect(chainOf(987_654_321)).toMatchObject({ name: 'Chain 987654321', receipts: 'op', isListed: false })
  })

  it('is the one in the documents, and each of its rules is explained there', () => {
    const rows = chains.map(({ id, name, blockMs, header, receipts, strongest }) => {
      const [time, blocks] =
        blockMs === undefined
          ? ['any', '']
          : [`${blockMs / 1_000} s`, Math.round(86_400_000 / blockMs).toLocaleString('en-US')]
      return `| ${name} | ${id} | ${time} | ${blocks} | ${header} | ${receipts} | \`${strongest}\` |`
    })
    expect(PAGE).toContain(`|---|--:|--:|--:|---|---|---|\n${rows.join('\n')}\n\n`)
    const rules = chains.flatMap(({ header, receipts }) => [header, receipts === 'standard' ? 'op' : receipts])
    expect([...new Set(rules)].filter((rule) => !PAGE.includes(`\n| \`${rule}\` |`))).toEqual([])
  })
})
