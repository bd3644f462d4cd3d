// What of the contracts the Solidity tests pass: npm run coverage prints lines and branches a file and what is left out, and
// fails below 98 % of either. A branch is an outcome of a condition of `if`, `?:`, a loop or `require`; in assembly only lines
// are measured, and the plain twins say the rest.
import { StopError } from '../sdk/errors.ts'
import { runCommand } from './command.ts'
import { percentOf, printed, rowsOf } from './solidity/coverageTable.ts'
import { measure } from './solidity/measure.ts'

const LEAST_PERCENT = 98

await runCommand({
  usage: 'npm run coverage',
  options: {},
  async run() {
    const measured = await measure()
    for (const { probe, isHit } of measured) {
      if (!isHit)
        console.log(`${probe.file}:${probe.line}  ${probe.kind === 'line' ? 'not passed: ' : ''}${probe.what}`)
    }
    const rows = rowsOf(measured)
    console.log(`\n${''.padEnd(Math.max(...rows.map(({ file }) => file.length)))}  lines                branches`)
    console.log(printed(rows))
    const all = rows.at(-1)
    if (all === undefined || percentOf(all.lines) < LEAST_PERCENT || percentOf(all.branches) < LEAST_PERCENT) {
      throw new StopError(
        'The tests leave out too much',
        { least: `${LEAST_PERCENT} %` },
        'Write tests for the places above.',
      )
    }
  },
})
