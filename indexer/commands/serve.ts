import { settings } from '../commandLine.ts'
import { command } from '../operate/command.ts'
import { metricsOf } from '../operate/metrics.ts'
import type { Settings } from '../operate/settings.ts'
import { terminalTo } from '../operate/terminal.ts'
import { startReader } from '../startReader.ts'
import { deploymentForName, schemaChosen } from './openHistory.ts'

const {
  schema,
  database,
  host,
  port,
  blobs,
  readers,
  rateLimit,
  trustProxy,
  noGraphiql,
  publicRpc,
  relay,
  gateway,
  log,
} = settings

const serveSettings = {
  deployment: deploymentForName,
  schema,
  database,
  host,
  port,
  blobs,
  readers,
  rateLimit,
  trustProxy,
  publicRpc,
  relay,
  gateway,
  noGraphiql,
  log,
} satisfies Settings

/** Serves a history that another process writes. */
export const serve = command({
  about: `Answers GraphQL over a history that another process writes. Needs no node, and only reads: any replica of the database will do.

  attribution index serve --deployment <file> --database postgres://… [options]`,
  settings: serveSettings,
  run: async (
    { deployment, schema, database, noGraphiql, publicRpc, relay, gateway, log, ...options },
    { env, out, signal },
  ) => {
    const name = schemaChosen(schema, deployment)
    const terminal = terminalTo(out, { format: log, verify: '', env, now: Date.now })
    const metrics = metricsOf({
      chain: deployment?.name ?? name,
      chosen: { command: 'serve', database: database.kind, verify: '' },
      now: Date.now,
    })
    const reader = await startReader({
      database,
      schema: name,
      ...options,
      graphiql: !noGraphiql,
      page: deployment && { deployment, rpcUrl: publicRpc, relayUrl: relay, gatewayUrl: gateway },
      chain: deployment?.name,
      metrics,
      report: terminal.handle,
    })
    const message = `GraphQL is at ${reader.url}/graphql`
    terminal.log({ level: 'info', event: 'serves', message, facts: { url: reader.url } })
    signal.addEventListener('abort', () => reader.close())
    await reader.stopped.finally(reader.close)
    return 0
  },
})
