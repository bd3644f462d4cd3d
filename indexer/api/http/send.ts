import type { IncomingMessage, ServerResponse } from 'node:http'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

const brotli = promisify(brotliCompress)
const zip = promisify(gzip)

export interface Sent {
  readonly status: number
  readonly contentType: string
  readonly body: string | Buffer
  readonly headers?: Readonly<Record<string, string>>
}

/** Below this, compression saves no packet. */
const WORTH_COMPRESSING = 1_000
/** A client that reads more slowly is cut off. */
const SEND_WITHIN_MS = 30_000

/** Sends a whole answer, compressed if the client takes that. */
export async function send(request: IncomingMessage, response: ServerResponse, sent: Sent): Promise<void> {
  const plain = typeof sent.body === 'string' ? Buffer.from(sent.body) : sent.body
  const { body, encoding } = await compressed(plain, encodingOf(request.headers['accept-encoding']))
  if (response.destroyed || response.headersSent) return
  vary(response, 'accept-encoding')
  const headers = { 'content-type': sent.contentType, 'content-length': body.length, ...sent.headers }
  response.writeHead(sent.status, encoding === undefined ? headers : { ...headers, 'content-encoding': encoding })
  const slow = setTimeout(() => response.destroy(), SEND_WITHIN_MS)
  response.once('close', () => clearTimeout(slow))
  response.end(request.method === 'HEAD' ? undefined : body)
}

export type Encoding = 'br' | 'gzip' | undefined

/** Brotli before gzip, unless the client refuses it with `q=0`. */
export function encodingOf(accepted: string | undefined): Encoding {
  const offered = new Map(
    (accepted ?? '').split(',').map((part) => {
      const [name = '', quality] = part
        .trim()
        .toLowerCase()
        .split(/\s*;\s*q\s*=\s*/)
      return [name, quality === undefined || Number(quality) > 0] as const
    }),
  )
  if (offered.get('br') === true) return 'br'
  return offered.get('gzip') === true ? 'gzip' : undefined
}

export async function compressed(
  plain: Buffer,
  encoding: Encoding,
): Promise<{ readonly body: Buffer; readonly encoding: Encoding }> {
  if (encoding === undefined || plain.length < WORTH_COMPRESSING) return { body: plain, encoding: undefined }
  const body =
    encoding === 'gzip'
      ? await zip(plain, { level: 4 })
      : await brotli(plain, {
          params: { [constants.BROTLI_PARAM_QUALITY]: 4, [constants.BROTLI_PARAM_SIZE_HINT]: plain.length },
        })
  return { body, encoding }
}

export function vary(response: ServerResponse, by: string): void {
  const known = response.getHeader('vary')
  response.setHeader('vary', known === undefined ? by : `${known}, ${by}`)
}
