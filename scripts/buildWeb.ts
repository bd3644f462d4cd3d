// Builds web/dist, the page that the indexer serves: npm run build:web. Files are compressed here once, so that no server
// compresses them for every viewer.
import { createHash } from 'node:crypto'
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { build } from 'vite'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = join(root, 'web/dist')
const stampFile = join(dist, 'built-from')

/** Builds it unless it is built from the very sources that are here. */
export async function ensurePage(): Promise<void> {
  const stamp = sourcesHash()
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return
  await forProduction(() => build({ configFile: join(root, 'web/vite.config.ts'), logLevel: 'warn' }))
  for (const file of globSync('**/*.{html,js,css,svg,wasm}', { cwd: dist })) compress(join(dist, file))
  writeFileSync(stampFile, stamp)
}

/** A test runner sets NODE_ENV, and vite would bundle React as it is for developing. */
async function forProduction(work: () => Promise<unknown>): Promise<void> {
  const before = process.env.NODE_ENV
  process.env.NODE_ENV = 'production'
  try {
    await work()
  } finally {
    if (before === undefined) delete process.env.NODE_ENV
    else process.env.NODE_ENV = before
  }
}

function compress(path: string): void {
  const content = readFileSync(path)
  if (content.length < 1_000) return
  writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }))
  writeFileSync(`${path}.br`, brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }))
}

/** Of all that the page is made of: its own files, and those of the packages that it bundles from here. */
function sourcesHash(): string {
  const hash = createHash('sha256')
  const sources =
    'web/{index.html,*.ts,package.json,src/**/*.*,public/*},{sdk,attribution,deployments/abi}/**/*.ts,package-lock.json'
  for (const file of sources
    .split(/,(?![^{]*})/)
    .flatMap((pattern) => globSync(pattern, { cwd: root }))
    .toSorted()) {
    if (!file.startsWith('sdk/dist')) hash.update(file).update(readFileSync(join(root, file)))
  }
  return hash.digest('hex')
}

if (import.meta.main) await ensurePage()
