// The contracts and their tests compiled in memory by solcjs, without the optimiser: quick, and with every source position
// where the author put it.
import { globSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { posix } from 'node:path'
import type { SyntaxNode } from './syntax.ts'

const require = createRequire(import.meta.url)
const solc: { compile: (input: string, callbacks: { import: Import }) => string } = require('solc')
type Import = (name: string) => { contents: string } | { error: string }

/** Source name to text, as the compiler sees them: names are paths from the repository's root. */
export type Sources = ReadonlyMap<string, string>

export interface Contract {
  readonly abi: readonly { readonly type: string; readonly name?: string }[]
  readonly evm: { readonly bytecode: Code; readonly deployedBytecode: Code }
}

interface Code {
  readonly object: string
  readonly linkReferences: Record<string, Record<string, { start: number; length: number }[]>>
}

export interface Compiled {
  readonly errors: readonly string[]
  /** By source name, then by contract name. */
  readonly contracts: Readonly<Record<string, Readonly<Record<string, Contract>>>>
  readonly syntax: ReadonlyMap<string, SyntaxNode>
}

export type Selection = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>

const code = ['abi', 'evm.bytecode.object', 'evm.bytecode.linkReferences', 'evm.deployedBytecode.object']
export const wholeCode = [...code, 'evm.deployedBytecode.linkReferences']

export function readSources(): Sources {
  const names = [...globSync('contracts/**/*.sol'), ...globSync('test/**/*.sol')]
  return new Map(names.toSorted().map((name) => [name, readFileSync(name, 'utf8')]))
}

/** The named sources and whatever of ours they import. */
export function withImports(sources: Sources, names: Iterable<string>): Sources {
  const found = new Map<string, string>()
  const visit = (name: string): void => {
    const source = sources.get(name)
    if (source === undefined || found.has(name)) return
    found.set(name, source)
    for (const [, path] of source.matchAll(/(?:from|import)\s*"(\.[^"]+)"/g)) {
      visit(posix.join(posix.dirname(name), path ?? ''))
    }
  }
  for (const name of names) visit(name)
  return found
}

/** No optimising but of where assembly's variables lie, without which some do not fit on the stack. */
const plain = { enabled: false, details: { yul: true, yulDetails: { stackAllocation: true, optimizerSteps: ':' } } }

export function compile(sources: Sources, selection: Selection, optimised = false): Compiled {
  const input = {
    language: 'Solidity',
    sources: Object.fromEntries([...sources].map(([name, content]) => [name, { content }])),
    settings: {
      evmVersion: 'osaka',
      optimizer: optimised ? { enabled: true, runs: 10_000 } : plain,
      metadata: { bytecodeHash: 'none', appendCBOR: false },
      outputSelection: selection,
    },
  }
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: readPackage }))
  const errors: { severity: string; formattedMessage: string }[] = output.errors ?? []
  const parsed: [string, { ast: SyntaxNode }][] = Object.entries(output.sources ?? {})
  return {
    errors: errors.filter(({ severity }) => severity === 'error').map(({ formattedMessage }) => formattedMessage),
    contracts: output.contracts ?? {},
    syntax: new Map(parsed.map(([name, { ast }]) => [name, ast])),
  }
}

const readPackage: Import = (name) => {
  try {
    return { contents: readFileSync(`node_modules/${name}`, 'utf8') }
  } catch {
    return { error: `no such file: ${name}` }
  }
}
