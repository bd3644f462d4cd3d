import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { apiLimitTables } from '../../../scripts/apiLimits.ts'

it('docs/api-limits.md has every limit and error code as the code has it (node scripts/apiLimits.ts)', () => {
  expect(readFileSync('docs/api-limits.md', 'utf8')).toContain(apiLimitTables())
})
