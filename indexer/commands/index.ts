import { settings } from '../commandLine.ts'
import { command } from '../operate/command.ts'
import { metricsOf } from '../operate/metrics.ts'
import { terminalTo } from '../operate/terminal.ts'
import { startIndexer } from '../start.ts'
import { leftBehind } from '../store/embedded.ts'

/**
 * Follows the chain and serves its history; or serves as a standby while another process writes.
 */
export const index = command({
  about: `Follows the ledger's contracts and answers GraphQL over their history. Started again on the same history it stands by: it serves, and
takes over when the one that writes is gone.

  attribution index --deployment <file> --rpc <url> [options]

Other commands, each with its own --help:

  attribution index serve     serves a history that another process writes, from any replica of its database
  attribution index verify    holds a stored history against another node, and repairs it
  attribution index export    writes every table, as of a block, into files
  attribution index prune     drops histories that are not served any more`,
  settings,
  run: async (chosen, { env, out, signal }) => {
    const { deployment, rpc, ws = [], blobs, finality, noGraphiql, publicRpc, relay, gateway, log, ...options } = chosen
    const { verify, database } = options
    const terminal = terminalTo(out, { format: log, verify, env, now: Date.now })
    const left = database.kind === 'embedded' ? leftBehind(database.folder) : undefined
    if (left !== undefined) {
      const message = `${left} is of an earlier version and is no longer read: it may be deleted`
      terminal.log({ level: 'info', event: 'leftBehind', message, facts: { folder: left } })
    }
    const metrics = metricsOf({
      chain: deployment.name,
      chosen: { command: 'index', database: database.kind, verify },
      now: Date.now,
    })
    const indexer = await startIndexer({
      ...options,
      graphiql: !noGraphiql,
      page: { deployment, rpcUrl: publicRpc, relayUrl: relay, gatewayUrl: gateway },
      deployment,
      rpcUrls: rpc.filter((url) => !isSocket(url)),
      wsUrls: [...rpc.filter(isSocket), ...ws],
      ...(finality !== undefined && { finalityDepth: finality }),
      ...(blobs !== undefined && { blobs }),
      metrics,
      signal,
      report: terminal.handle,
    }).catch((error: unknown) => {
      // A standby that is asked to end exits with status 0.
      if (signal.aborted) return undefined
      throw error
    })
    if (indexer === undefined) return 0
    const line = { level: 'info', event: 'serves', message: `GraphQL is at ${indexer.url}/graphql`, facts: {} } as const
    terminal.log({ ...line, facts: { url: indexer.url } })
    signal.addEventListener('abort', indexer.close)
    await indexer.stopped.finally(() => {
      terminal.end()
      return indexer.close()
    })
    return 0
  },
})

function isSocket(url: string): boolean {
  return /^wss?:/.test(url)
}
