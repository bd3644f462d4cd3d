import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import type { Command } from 'commander'
import { readDeployment } from '../../sdk/node/readDeployment.ts'
import { apiAddress } from '../apiAddress.ts'
import { action, commandOf, reading } from '../command.ts'
import type { Context } from '../context.ts'
import { mcpServer } from '../mcp/server.ts'
import { versionOf } from '../version.ts'

/** `attribution mcp`: what an assistant starts, and talks to over stdin and stdout. */
export function mcpCommand(): Command {
  return reading(
    commandOf(
      'mcp',
      `let an AI assistant ask the ledger, over the Model Context Protocol on stdin and stdout. It can only read. With --rpc
and --deployment it proves what it says, too.`,
    ),
  )
    .requiredOption('--api <url>', 'the address of an indexer, such as http://127.0.0.1:4000')
    .action(
      action<[], { api: string }>(async (context, options) => {
        const api = apiAddress(options.api)
        const server = mcpServer({ version: versionOf(), api, prove: await proveWith(context) })
        const closed = Promise.withResolvers<void>()
        server.server.onclose = closed.resolve
        // The assistant ends it by closing its stdin.
        process.stdin.once('end', closed.resolve)
        context.signal.addEventListener('abort', () => closed.resolve())
        await server.connect(new StdioServerTransport())
        await closed.promise
        await server.close()
      }),
    )
}

async function proveWith({ config, connection }: Context) {
  if (config.find('rpc') === undefined || config.find('deployment') === undefined) return undefined
  const { reader } = await connection()
  return { client: reader, deployment: readDeployment(config.need('deployment')) }
}
