import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { stripTypeScriptTypes } from 'node:module'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'

/**
 * Serves the house's own modules to a browser as they are, types stripped, without a bundler in between. Of packages, what the
 * mathematics uses: hash-wasm, and viem's functions between bytes, numbers and hex.
 */

const ROOT = new URL('../../', import.meta.url).pathname

const TYPES: Readonly<Record<string, string>> = {
  '.ts': 'text/javascript',
  '.js': 'text/javascript',
  '.wasm': 'application/wasm',
}

const IMPORTS = {
  'hash-wasm': '/node_modules/hash-wasm/dist/index.esm.js',
  viem: '/viem.js',
}

const VIEM = `export { bytesToHex, numberToHex } from '/node_modules/viem/_esm/utils/encoding/toHex.js'
export { hexToBytes, numberToBytes } from '/node_modules/viem/_esm/utils/encoding/toBytes.js'
export { bytesToBigInt } from '/node_modules/viem/_esm/utils/encoding/fromBytes.js'
export { concatBytes } from '/node_modules/viem/_esm/utils/data/concat.js'
export { zeroHash } from '/node_modules/viem/_esm/constants/bytes.js'
`

export interface ModuleServer {
  readonly url: string
  readonly close: () => Promise<void>
}

/** @param script The module that the page at `url` runs. */
export async function serveModules(script: string): Promise<ModuleServer> {
  const page = `<!doctype html><script type="importmap">${JSON.stringify({ imports: IMPORTS })}</script>
<script type="module">${script}</script>`
  const server = createServer(async (request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname))
    const served = await contentOf(path, page)
    response.writeHead(served ? 200 : 404, { 'content-type': served?.type ?? 'text/plain' }).end(served?.content)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () => closed(server),
  }
}

async function contentOf(path: string, page: string): Promise<{ type: string; content: string | Buffer } | undefined> {
  if (path === '/') return { type: 'text/html', content: page }
  if (path === IMPORTS.viem) return { type: 'text/javascript', content: VIEM }
  const type = TYPES[extname(path)]
  const file = type && (await readFile(join(ROOT, path)).catch(() => undefined))
  if (type === undefined || file === undefined) return undefined
  return { type, content: path.endsWith('.ts') ? stripTypeScriptTypes(file.toString()) : file }
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
}
