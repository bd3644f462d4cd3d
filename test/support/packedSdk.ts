import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))
const node = (args: readonly string[], cwd: string, env = {}) =>
  run(process.execPath, [...args], { cwd, env: { ...process.env, NODE_OPTIONS: '', ...env } })

/** What a project of somebody else's has beside our package. Linked, so that no network is needed. */
const NEIGHBOURS = ['viem', 'zod', 'hash-wasm', 'ethers', 'react', 'wagmi', '@tanstack/react-query', 'typescript']

/** An empty project with our package in it, as npm packs it. */
export interface PackedProject {
  readonly folder: string
  /** Paths in the package. */
  readonly files: readonly string[]
  readonly write: (file: string, text: string) => string
  readonly node: (args: readonly string[], env?: Readonly<Record<string, string>>) => Promise<string>
  readonly tsc: (args: readonly string[]) => Promise<string>
}

/** Builds and packs the SDK, and installs the package into an empty project. */
export async function packSdk(folder: string): Promise<PackedProject> {
  await node(['scripts/buildSdk.ts'], root)
  const packed = await run('npm', ['pack', '--json', '--pack-destination', folder], { cwd: join(root, 'sdk') })
  const [{ filename, files }] = packageIn(packed.stdout)
  const installed = join(folder, 'node_modules/@attribution-ledger/sdk')
  mkdirSync(installed, { recursive: true })
  await run('tar', ['-xzf', join(folder, filename), '-C', installed, '--strip-components', '1'])
  for (const name of NEIGHBOURS) {
    const link = join(folder, 'node_modules', name)
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(join(root, 'node_modules', name), link)
  }
  const write = (file: string, text: string): string => {
    writeFileSync(join(folder, file), text)
    return join(folder, file)
  }
  write('package.json', JSON.stringify({ name: 'outsider', private: true, type: 'module' }))
  return {
    folder,
    files: files.map(({ path }) => path),
    write,
    node: async (args, env) => (await node(args, folder, env)).stdout,
    tsc: async (args) => (await node([join(root, 'node_modules/typescript/bin/tsc'), ...args], folder)).stdout,
  }
}

/** The text of one of the repository's files. */
export function sourceOf(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

type Packed = { readonly filename: string; readonly files: readonly { readonly path: string }[] }

/** npm tells of one package as a list, or by its name. */
function packageIn(stdout: string): readonly [Packed] {
  const told: readonly [Packed] | Readonly<Record<string, Packed>> = JSON.parse(stdout)
  return [Object.values(told)[0] as Packed]
}
