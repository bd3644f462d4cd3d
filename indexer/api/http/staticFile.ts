import type { IncomingMessage, ServerResponse } from 'node:http'
import { compressed, type Encoding, encodingOf, vary } from './send.ts'

/** A large text that never changes: compressed once for each encoding, and kept so. */
export interface StaticFile {
  send(request: IncomingMessage, response: ServerResponse, headers: Readonly<Record<string, string>>): Promise<void>
}

export function staticFile(contentType: string, content: string): StaticFile {
  const made = new Map<Encoding, ReturnType<typeof compressed>>()
  const as = (wanted: Encoding) => {
    const known = made.get(wanted) ?? compressed(Buffer.from(content), wanted)
    made.set(wanted, known)
    return known
  }
  return {
    send: async (request, response, headers) => {
      const { body, encoding } = await as(encodingOf(request.headers['accept-encoding']))
      vary(response, 'accept-encoding')
      const all = { ...headers, 'content-type': contentType, 'content-length': body.length }
      response.writeHead(200, encoding === undefined ? all : { ...all, 'content-encoding': encoding })
      response.end(request.method === 'HEAD' ? undefined : body)
    },
  }
}
