import { parseArgs } from 'node:util'
import { explain, isExplained } from '../sdk/errors.ts'
import { askProgram } from './conformance/askProgram.ts'
import { questions, suites } from './conformance/suites.ts'

/** Holds somebody else's program to our vectors: docs/conformance.md. */
const { command, suite } = parseArgs({ options: { command: { type: 'string' }, suite: { type: 'string' } } }).values
if (command === undefined || (suite !== undefined && !(suite in suites))) {
  console.error(`usage: npm run conformance -- --command "<program>" [--suite ${Object.keys(suites).join('|')}]`)
  process.exit(2)
}
try {
  const asked = questions().filter((question) => suite === undefined || question.suite === suite)
  const mismatches = await askProgram(command, asked)
  for (const { suite: of, name, answer, said } of mismatches)
    console.log(`${of} ${name}\n  expected ${JSON.stringify(answer)}\n  answered ${JSON.stringify(said)}`)
  for (const [name, all] of Map.groupBy(asked, (question) => question.suite)) {
    const wrong = mismatches.filter((question) => question.suite === name).length
    console.log(`${name}: ${all.length - wrong} of ${all.length} as expected`)
  }
  process.exitCode = mismatches.length === 0 ? 0 : 1
} catch (error) {
  if (!(error instanceof Error && isExplained(error))) throw error
  console.error(explain(error))
  process.exitCode = 1
}
