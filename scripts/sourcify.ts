import { sourcifyFolder, writeSourcifyInputs } from './deploy/sourcify.ts'

/** What Sourcify takes to verify each contract of the release build. */
const files = await writeSourcifyInputs()
console.log(`wrote ${files.length} inputs to ${sourcifyFolder}`)
