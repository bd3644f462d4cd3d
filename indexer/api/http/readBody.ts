import type { IncomingMessage } from 'node:http'
import { limits } from '../limits.ts'
import { BadRequest } from '../query/badRequest.ts'

/** The body, up to the limit. The server ends a request that comes too slowly. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const most = limits.bodyBytes.most
  if (Number(request.headers['content-length'] ?? 0) > most) throw tooLarge()
  return await new Promise((resolve, reject) => {
    const parts: Buffer[] = []
    let length = 0
    request.on('data', (part: Buffer) => {
      length += part.length
      if (length <= most) parts.push(part)
      else {
        request.pause()
        reject(tooLarge())
      }
    })
    request.once('end', () => resolve(Buffer.concat(parts)))
    request.once('error', reject)
    request.once('close', () => {
      if (!request.complete) reject(new Error('The client is gone'))
    })
  })
}

function tooLarge(): BadRequest {
  return new BadRequest(
    `The body has more than ${limits.bodyBytes.most} bytes; ask in several requests`,
    'BODY_TOO_LARGE',
  )
}
