import type { Trouble } from './lyingNode.ts'

const answer =
  (status: number, body: string, headers: Readonly<Record<string, string>> = {}): Trouble =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(body)
  }

/** What comes of a node in place of an answer. */
export const troubles: Readonly<Record<string, Trouble>> = {
  'asks for a pause': answer(429, '{}', { 'retry-after': '1' }),
  'asks for a pause by an error': answer(
    200,
    '{"jsonrpc":"2.0","id":1,"error":{"code":-32005,"message":"rate limited"}}',
  ),
  'fails inside': answer(500, 'oh'),
  'is behind a gateway that failed': answer(502, '<html>Bad Gateway</html>'),
  'is unavailable until a date': answer(503, '', { 'retry-after': new Date(0).toUTCString() }),
  'cuts the connection': (response) => response.destroy(),
  'cuts the connection in the middle of an answer': (response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
    response.write('[{"jsonrpc":"2.0",')
    setTimeout(() => response.destroy(), 5)
  },
  'never answers': () => {},
  'answers half a sentence': answer(200, '[{"jsonrpc":"2.0","id"'),
  'answers a web page': answer(200, '<html>Hello</html>'),
  'answers nothing': answer(200, ''),
  'answers something of another form': answer(200, '{"jsonrpc":"2.0","id":1,"result":{"number":7}}'),
  'answers an empty batch': answer(200, '[]'),
}
