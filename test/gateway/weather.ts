import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A node that throttles, fails and stalls as hosted ones do, before one that does not. */
export interface Weather {
  readonly rpcUrl: string
  /** The part of all requests that it spoils. */
  set(spoilt: number): void
  stop(): Promise<void>
}

export async function startWeather(rpcUrl: string, random: () => number): Promise<Weather> {
  let spoilt = 0
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const drawn = random()
    if (drawn < spoilt) {
      const kinds = [429, 500, 503, undefined] as const
      const status = kinds[Math.floor((drawn / spoilt) * kinds.length)]
      if (status === undefined) request.socket.destroy()
      else response.writeHead(status).end('try later')
      return
    }
    const answer = await fetch(rpcUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: Buffer.concat(chunks),
    }).catch(() => undefined)
    if (answer === undefined) response.writeHead(502).end()
    else response.setHeader('content-type', 'application/json').end(await answer.text())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    rpcUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    set: (part) => {
      spoilt = part
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
