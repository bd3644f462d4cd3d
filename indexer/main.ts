import { shutdownOnSignal } from './operate/shutdown.ts'
import { runIndexer } from './runIndexer.ts'

/** The indexer's process. */

const { signal, ended } = shutdownOnSignal(process)
process.exitCode = await runIndexer(process.argv.slice(2), {
  env: process.env,
  out: process.stdout,
  errors: process.stderr,
  signal,
})
ended()
