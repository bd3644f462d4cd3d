import { createServer, type ServerResponse } from 'node:http'
import { freePort } from './localLedger.ts'

/** A node in front of another that does what nodes and lines between do at their worst. */

export type Failure = 'refuse' | 'drop' | 'hang' | '429' | '500' | 'html'

export interface Fault {
  /** The n-th request, counted from 1; or one of a method. */
  readonly at: number | string
  /** So many of the method pass before it. */
  readonly after?: number
  /** What happens to it. Dropped is what the node takes, and nobody hears its answer. */
  readonly how: Failure | 'watch'
  /** Whether the same happens to what follows: everything, or others of its method. */
  readonly lasts?: 'always' | 'of its kind'
  /** Hears of it, before the node takes it or after. */
  readonly onBefore?: () => void
  readonly onAfter?: () => void
}

export async function startFaultyNode(rpcUrl: string, fault?: Fault) {
  let hits = 0
  const methods: string[] = []
  const isMet = ({ at, after = 0, lasts }: Fault): boolean => {
    if (hits > 0 && lasts !== 'of its kind') return lasts === 'always'
    if (typeof at === 'number') return methods.length === at
    return methods.at(-1) === at && methods.filter((method) => method === at).length > after
  }
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks).toString()
    methods.push(/"method":"(\w+)"/.exec(body)?.[1] ?? 'a batch')
    const ask = async () => {
      const headers = { 'content-type': 'application/json' }
      return await (await fetch(rpcUrl, { method: 'POST', headers, body })).text()
    }
    if (fault === undefined || !isMet(fault)) {
      response.setHeader('content-type', 'application/json').end(await ask())
      return
    }
    hits += 1
    fault.onBefore?.()
    await fail(response, fault.how, ask, fault.onAfter)
  })
  const port = await freePort()
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return {
    rpcUrl: `http://127.0.0.1:${port}`,
    /** What was asked, in order. */
    methods: methods as readonly string[],
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function fail(
  response: ServerResponse,
  how: Fault['how'],
  ask: () => Promise<string>,
  onAfter: (() => void) | undefined,
): Promise<void> {
  switch (how) {
    case 'refuse':
      response.destroy()
      return
    case 'drop':
      await ask()
      onAfter?.()
      response.destroy()
      return
    case 'hang':
      await ask()
      return
    case '429':
      response.writeHead(429, { 'retry-after': '0' }).end('slow down')
      return
    case '500':
      response.writeHead(500).end('oops')
      return
    case 'html':
      response.setHeader('content-type', 'text/html').end('<html><body>Welcome</body></html>')
      return
    case 'watch':
      response.setHeader('content-type', 'application/json').end(await ask())
  }
}

/** A node in front of `rpcUrl` that takes some transactions and then no more, as if the line had been cut. */
export async function startBreakingNode(rpcUrl: string, transactions: number) {
  return await startFaultyNode(rpcUrl, {
    at: 'eth_sendRawTransaction',
    after: transactions,
    how: 'refuse',
    lasts: 'of its kind',
  })
}
