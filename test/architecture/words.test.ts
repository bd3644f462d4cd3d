import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

/** Words that send a reader to a dictionary, or a stranger to the wrong file, and what stands for them (CONTRIBUTING.md). */
const replaced: Readonly<Record<string, string>> = {
  whoever: 'the reader, the payer, any account: the one that is meant',
  'stands behind': 'signed, follows, backs',
  'in peace': 'undisturbed',
  'seen to': 'handled',
  'given up': 'dropped, left',
  lookout: 'block source',
  docket: 'case queue',
  'by lot': 'at random',
}

/** What is quoted from elsewhere, or speaks of what was. */
const excepted = /^(docs\/decisions\/|CHANGELOG\.md|package-lock\.json|test\/architecture\/words|.*\.(json|jsonl|svg)$)/

describe('words', () => {
  it('are plain English', () => {
    const words = new RegExp(`\\b(${Object.keys(replaced).join('|')})\\b`, 'i')
    const found = execFileSync('git', ['ls-files', '*.ts', '*.sol', '*.md', '*.py', '*.mjs'], { encoding: 'utf8' })
      .trim()
      .split('\n')
      .filter((file) => !excepted.test(file))
      .flatMap((file) =>
        readFileSync(file, 'utf8')
          .split('\n')
          .flatMap((line, i) => {
            const word = words.exec(line)?.[1]?.toLowerCase()
            return word === undefined ? [] : [`${file}:${i + 1} "${word}": say ${replaced[word]}`]
          }),
      )
    expect(found).toEqual([])
  })
})
