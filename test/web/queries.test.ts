import { globSync } from 'node:fs'
import { parse, validate } from 'graphql'
import { describe, expect, it } from 'vitest'
import { schema } from '../../indexer/api/schema/schema.ts'

describe('the questions of the page', async () => {
  const files = globSync('web/src/queries/*.ts')
  const modules = await Promise.all(
    files.map(async (file) => Object.entries((await import(`../../${file}`)) as object)),
  )
  const questions = modules.flat().filter(([, text]) => typeof text === 'string' && /^query /.test(text))

  it.each(questions)('%s is one that the API understands', (_, text) => {
    expect(validate(schema, parse(text as string))).toEqual([])
  })

  it('are all of them', () => {
    expect(questions.length).toBeGreaterThan(5)
  })
})
