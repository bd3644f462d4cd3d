import { endOnSignal } from './operate/ending.ts'
import { runIndexer } from './runIndexer.ts'

/** The indexer as a process of its own. */

const { signal, ended } = endOnSignal(process)
process.exitCode = await runIndexer(process.argv.slice(2), {
  env: process.env,
  out: process.stdout,
  errors: process.stderr,
  signal,
})
ended()
