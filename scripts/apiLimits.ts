/** `node scripts/apiLimits.ts`: writes the limits and error codes of the API into docs/api-limits.md. */
import { fieldCosts, type Limit, limits } from '../indexer/api/limits.ts'
import { type ErrorMeaning, errorCodes } from '../indexer/api/query/badRequest.ts'
import { markdownTable, writeTables } from './documentTables.ts'

/** The page's tables, as the code has them. */
export function apiLimitTables(): string {
  const all: readonly Limit[] = Object.values(limits)
  const limitRows = all.map(({ what, most, unit, code }) => [
    what,
    `${most.toLocaleString('en')} ${unit}`,
    code === undefined ? '' : `\`${code}\``,
  ])
  const codes: readonly (readonly [string, ErrorMeaning])[] = Object.entries(errorCodes)
  const codeRows = codes.map(([code, { status, meaning, remedy }]) => [
    `\`${code}\``,
    status === 'request' ? '200 · 400' : `${status}`,
    meaning,
    remedy,
  ])
  const costRows = Object.entries(fieldCosts).map(([field, points]) => [`\`${field}\``, `${points}`])
  return [
    '### What is limited\n',
    markdownTable(['limit', 'at most', 'beyond it'], limitRows),
    '\n### Fields that cost more than a point\n',
    markdownTable(['field', 'points'], costRows),
    '\n### Error codes\n',
    markdownTable(['code', 'status', 'meaning', 'remedy'], codeRows),
  ].join('\n')
}

if (import.meta.main) writeTables('docs/api-limits.md', apiLimitTables())
