import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

interface Forbidden {
  /** Each with a better one (CONTRIBUTING.md). */
  readonly words: Readonly<Record<string, string>>
  readonly files: readonly string[]
}

const prose = ['*.ts', '*.tsx', '*.sol', '*.md', '*.py', '*.mjs']

/** Words that send a reader to a dictionary, or a stranger to the wrong file. */
const forbidden: readonly Forbidden[] = [
  {
    files: prose,
    words: {
      whoever: 'the reader, the payer, any account: the one that is meant',
      'stands behind': 'signed, follows, backs',
      'in peace': 'undisturbed',
      'seen to': 'handled',
      'given up': 'dropped, left',
      'taken back': 'withdrawn, reverted',
      'goes on where': 'continues where',
      'begun anew': 'started again',
      'lends a hand': 'helps',
      'hold together': 'compare',
      'held together': 'compared',
      lookout: 'block source',
      docket: 'case queue',
      'by lot': 'at random',
    },
  },
  {
    files: ['*.ts', '*.tsx', '*.md'],
    words: { 'held against': 'compared with', commoner: 'more frequent' },
  },
  {
    // What tests, benches and the demo work in has one name.
    files: ['test/**/*.ts', 'bench/**/*.ts', 'examples/**/*.ts', 'scripts/**/*.ts'],
    words: {
      cast: 'wallets',
      scene: 'context',
      story: 'scenario',
      stories: 'scenarios',
      chapter: 'suite',
      chapters: 'suites',
      chronicle: 'watch state',
      witness: 'watch',
      plot: 'action',
      plots: 'actions',
    },
  },
]

/** What is quoted from elsewhere, or speaks of what was. */
const excepted = /^(docs\/decisions\/|CHANGELOG\.md|package-lock\.json|test\/architecture\/words|.*\.(json|jsonl|svg)$)/

function found({ words, files }: Forbidden): readonly string[] {
  const form = new RegExp(`\\b(${Object.keys(words).join('|')})\\b`, 'i')
  return execFileSync('git', ['ls-files', ...files], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .filter((file) => !excepted.test(file))
    .flatMap((file) =>
      readFileSync(file, 'utf8')
        .split('\n')
        .flatMap((line, i) => {
          const word = form.exec(line)?.[1]?.toLowerCase()
          return word === undefined ? [] : [`${file}:${i + 1} "${word}": say ${words[word]}`]
        }),
    )
}

describe('words', () => {
  it('are plain English', () => expect(forbidden.flatMap(found)).toEqual([]))
})
