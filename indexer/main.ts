import { explain, isExplained } from '../sdk/errors.ts'
import { readCommandLine, usage } from './commandLine.ts'
import { tell } from './progress.ts'
import { startIndexer } from './start.ts'

/** The indexer as a process of its own. */

try {
  const options = readCommandLine(process.argv.slice(2), process.env)
  if (options === 'help') {
    process.stdout.write(usage)
  } else {
    const indexer = await startIndexer({ ...options, report: tell((line) => console.log(line)) })
    console.log(`GraphQL is at ${indexer.url}/graphql`)
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => indexer.close())
    await indexer.stopped.finally(() => indexer.close())
  }
} catch (error) {
  console.error(isExplained(error) ? explain(error) : error)
  process.exitCode = 1
}
