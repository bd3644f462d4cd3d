// Everything compiled once, with tests that fetch the contracts' code by name, so that a mutant costs the compiling of what it
// changes and the tests that could notice.
import type { Artifact } from '@nomicfoundation/edr'
import {
  type Compiled,
  compile,
  readSources,
  type Selection,
  type Sources,
  wholeCode,
  withImports,
} from '../solidity/compile.ts'
import { type Dependents, dependentsIn } from '../solidity/dependents.ts'
import { detached } from '../solidity/detach.ts'
import { artifactsOf, type Suite, suitesOf } from '../solidity/suites.ts'
import { type Mutant, mutantsOf } from './mutants.ts'

export interface Context {
  readonly artifacts: readonly Artifact[]
  readonly mutantsOf: (file: string) => readonly Mutant[]
  /** The suites that run code of this file. */
  readonly suitesFor: (file: string) => readonly Suite[]
  readonly compileMutant: (mutant: Mutant, optimised?: boolean) => Compiled
  /** What the file's dependents compile to unchanged, with the optimiser. */
  readonly compileUnchanged: (file: string) => Compiled
}

export function startContext(): Context {
  const sources = readSources()
  const plain = compile(sources, { '*': { '': ['ast'] } })
  refuse(plain.errors)
  const { sources: apart, creates } = detached(sources, plain.syntax)
  const base = compile(apart, { '*': { '': ['ast'], '*': wholeCode } })
  refuse(base.errors)
  const dependents = dependentsIn(base.syntax)
  const suites = suitesOf(base.contracts)

  const compileFile = (file: string, source: string, optimised: boolean): Compiled =>
    compileDependents(new Map(apart).set(file, source), dependents.of(file), optimised)
  const original = (file: string): string => {
    const source = sources.get(file)
    if (source === undefined) throw new Error(`there is no ${file}`)
    return source
  }
  return {
    artifacts: artifactsOf(base.contracts),
    mutantsOf: (file) => {
      const tree = plain.syntax.get(file)
      return tree === undefined ? [] : mutantsOf(file, original(file), tree)
    },
    suitesFor: (file) => suites.filter((suite) => runs(suite, dependents.of(file), dependents, creates)),
    compileMutant: ({ file, start, end, becomes }, optimised = false) => {
      const source = original(file)
      return compileFile(file, source.slice(0, start) + becomes + source.slice(end), optimised)
    },
    compileUnchanged: (file) => compileFile(file, original(file), true),
  }
}

function compileDependents(sources: Sources, contracts: ReadonlySet<string>, optimised: boolean): Compiled {
  const selection: Record<string, Record<string, readonly string[]>> = {}
  for (const contract of contracts) {
    const [file = '', name = ''] = contract.split(':')
    selection[file] = { ...selection[file], [name]: wholeCode }
  }
  return compile(withImports(sources, Object.keys(selection)), selection satisfies Selection, optimised)
}

function runs(
  { source, name }: Suite,
  affected: ReadonlySet<string>,
  dependents: Dependents,
  creates: ReadonlyMap<string, readonly string[]>,
): boolean {
  const suite = `${source}:${name}`
  if (affected.has(suite)) return true
  const created = [...dependents.sourcesOf(suite)].flatMap((from) => creates.get(from) ?? [])
  return created.some((contract) => affected.has(contract))
}

function refuse(errors: readonly string[]): void {
  if (errors.length > 0) throw new Error(`The contracts do not compile:\n${errors.join('\n')}`)
}
