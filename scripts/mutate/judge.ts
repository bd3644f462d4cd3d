import { artifactsOf, type Runner, type Suite } from '../solidity/suites.ts'
import type { Context } from './context.ts'
import type { Mutant } from './mutants.ts'

export type Verdict =
  | { readonly kind: 'killed'; readonly by: string }
  | { readonly kind: 'survived' }
  /** The optimiser makes the same bytecode of it: no test could tell. */
  | { readonly kind: 'equal' }
  | { readonly kind: 'stillborn' }
  | { readonly kind: 'timedOut' }

/** Short runs of the random tests: they come again for each mutant. */
const effort = { fuzzRuns: 24, invariantRuns: 3, invariantDepth: 64 }

/** Judges mutants one after the other; the suites that found others in the same file come first. */
export function createJudge(context: Context, runner: Runner): (mutant: Mutant) => Promise<Verdict> {
  const kills = new Map<string, number>()
  const unchanged = new Map<string, string>()
  const passing = new Set<string>()

  const killsOf = (mutant: Mutant, suite: Suite): number => kills.get(`${mutant.file} ${suite.name}`) ?? 0
  const inOrder = (mutant: Mutant): Suite[] =>
    context
      .suitesFor(mutant.file)
      .toSorted((a, b) => killsOf(mutant, b) - killsOf(mutant, a) || slowness(mutant, a) - slowness(mutant, b))

  return async (mutant) => {
    const { errors, contracts } = context.compileMutant(mutant)
    if (errors.length > 0) return { kind: 'stillborn' }
    const changed = artifactsOf(contracts)
    const isChanged = new Set(changed.map(({ id }) => `${id.source}:${id.name}`))
    const artifacts = [...context.artifacts.filter(({ id }) => !isChanged.has(`${id.source}:${id.name}`)), ...changed]
    for (const suite of inOrder(mutant)) {
      await requirePassing(suite)
      const [first] = await runner.run(artifacts, [suite], effort)
      if (first === undefined) continue
      kills.set(`${mutant.file} ${suite.name}`, killsOf(mutant, suite) + 1)
      return { kind: 'killed', by: first }
    }
    return { kind: isEqual(mutant) ? 'equal' : 'survived' }
  }

  /** A suite that fails without a fault would seem to notice every one. */
  async function requirePassing(suite: Suite): Promise<void> {
    const name = `${suite.source}:${suite.name}`
    if (passing.has(name)) return
    const failed = await runner.run(context.artifacts, [suite], effort)
    if (failed.length > 0) throw new Error(`Tests fail without any fault: ${failed.join(', ')}`)
    passing.add(name)
  }

  function isEqual(mutant: Mutant): boolean {
    const before = unchanged.get(mutant.file) ?? codeOf(context.compileUnchanged(mutant.file).contracts)
    unchanged.set(mutant.file, before)
    return codeOf(context.compileMutant(mutant, true).contracts) === before
  }
}

const codeOf = (contracts: Parameters<typeof artifactsOf>[0]): string =>
  artifactsOf(contracts)
    .map(({ id, contract }) => `${id.source}:${id.name} ${contract.bytecode}`)
    .toSorted()
    .join('\n')

/** The tests named for the file, then other unit tests, then what plays at random for long. */
function slowness({ file }: Mutant, { source, name }: Suite): number {
  if (source.startsWith('test/invariants/')) return 3
  if (name.includes('Twin')) return 2
  const subject = file.split('/').at(-1)?.replace('.sol', '') ?? ''
  return name.startsWith(subject) ? 0 : 1
}
