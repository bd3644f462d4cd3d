import { readFileSync, writeFileSync } from 'node:fs'
import { printSchema } from 'graphql'
import * as z from 'zod'
import { auditFileSchema } from '../auditor/report/report.ts'
import { schema } from '../indexer/api/schema/schema.ts'

/** Writes the GraphQL schema and the JSON Schema of audits to docs/, for code generators. With --check it only compares. */

const schemas = {
  'schema.graphql': `${printSchema(schema)}\n`,
  'audit.schema.json': `${JSON.stringify(z.toJSONSchema(auditFileSchema), undefined, 2)}\n`,
}
for (const [name, printed] of Object.entries(schemas)) {
  const file = new URL(`../docs/${name}`, import.meta.url)
  if (!process.argv.includes('--check')) writeFileSync(file, printed)
  else if (readFileSync(file, 'utf8') !== printed) {
    console.error(`docs/${name} is not the schema in use: run npm run schema`)
    process.exitCode = 1
  }
}
