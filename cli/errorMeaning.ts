import { readFileSync } from 'node:fs'

/** What docs/errors.md says of a contract's error; undefined if it is not an error of our contracts. */
export function errorMeaning(name: string): string | undefined {
  const table = readFileSync(new URL('../docs/errors.md', import.meta.url), 'utf8')
  const row = table.split('\n').find((line) => line.startsWith(`| \`${name}\` |`))
  return row?.split(' | ')[1]?.replace(/ \|$/, '')
}
