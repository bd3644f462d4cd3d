// Hardhat's own runner of Solidity tests (EDR), called without Hardhat: the bytecode need not lie on disk, and a run can stop
// at the first failing suite.
import {
  type Artifact,
  CollectStackTraces,
  EdrContext,
  L1_CHAIN_TYPE,
  l1GenesisState,
  l1HardforkFromString,
  l1SolidityTestRunnerFactory,
  OSAKA,
  type SuiteResult,
} from '@nomicfoundation/edr'
import type { Compiled, Contract } from './compile.ts'

const SOLC_VERSION = '0.8.37'

/** How long the random tests go on. */
export interface Effort {
  readonly fuzzRuns: number
  readonly invariantRuns: number
  readonly invariantDepth: number
}

export interface Suite {
  readonly source: string
  readonly name: string
}

/** Who receives the tags that instrumented code passes by (`probes.ts`). */
export type TagListener = (tags: readonly Uint8Array[]) => void

export async function createRunner(): Promise<Runner> {
  const context = new EdrContext()
  await context.registerSolidityTestRunnerFactory(L1_CHAIN_TYPE, l1SolidityTestRunnerFactory())
  return { run: (artifacts, suites, effort, listener) => run(context, artifacts, suites, effort, listener) }
}

export interface Runner {
  /** Runs the suites and answers which of their tests failed. */
  readonly run: (
    artifacts: readonly Artifact[],
    suites: readonly Suite[],
    effort: Effort,
    listener?: TagListener,
  ) => Promise<readonly string[]>
}

export function artifactsOf(contracts: Compiled['contracts']): Artifact[] {
  return Object.entries(contracts).flatMap(([source, named]) =>
    Object.entries(named).map(([name, contract]) => artifactOf(source, name, contract)),
  )
}

function artifactOf(source: string, name: string, { abi, evm }: Contract): Artifact {
  return {
    id: { name, source, solcVersion: SOLC_VERSION },
    contract: {
      abi: JSON.stringify(abi),
      bytecode: `0x${evm.bytecode.object}`,
      linkReferences: evm.bytecode.linkReferences,
      deployedBytecode: `0x${evm.deployedBytecode.object}`,
      deployedLinkReferences: evm.deployedBytecode.linkReferences,
    },
  }
}

/** The contracts that hold tests and can be deployed. */
export function suitesOf(contracts: Compiled['contracts']): Suite[] {
  return Object.entries(contracts).flatMap(([source, named]) =>
    Object.entries(named)
      .filter(([, { abi, evm }]) => source.endsWith('.t.sol') && evm.bytecode.object !== '' && abi.some(isTest))
      .map(([name]) => ({ source, name })),
  )
}

const isTest = ({ type, name }: Contract['abi'][number]): boolean =>
  type === 'function' && /^(?:test|invariant)/.test(name ?? '')

async function run(
  context: EdrContext,
  artifacts: readonly Artifact[],
  suites: readonly Suite[],
  effort: Effort,
  listener?: TagListener,
): Promise<readonly string[]> {
  const failed: string[] = []
  let missing = suites.length
  await new Promise<void>((resolve, reject) => {
    const settle = (result: SuiteResult): void => {
      for (const { name, status } of result.testResults) {
        if (status === 'Failure') failed.push(`${result.id.name}.${name}`)
      }
      missing -= 1
      if (missing === 0) resolve()
    }
    context
      .runSolidityTests(
        L1_CHAIN_TYPE,
        [...artifacts],
        suites.map((suite) => ({ ...suite, solcVersion: SOLC_VERSION })),
        {
          projectRoot: process.cwd(),
          hardfork: OSAKA,
          localPredeploys: l1GenesisState(l1HardforkFromString(OSAKA)),
          // Enough for every test that ends, unoptimised and with probes, and used up by one that does not.
          gasLimit: 4_000_000_000n,
          disableBlockGasLimit: true,
          disableTransactionGasCap: true,
          // What something costs is a matter of the optimised code.
          excludeTestPattern: '_ItCosts',
          fuzz: { runs: effort.fuzzRuns, seed: '0x0a77b1e5' },
          invariant: {
            runs: effort.invariantRuns,
            depth: effort.invariantDepth,
            failOnRevert: true,
            shrinkRunLimit: 0,
          },
          collectStackTraces: CollectStackTraces.OnFailure,
          ...(listener && {
            observability: {
              codeCoverage: { onCollectedCoverageCallback: async (tags: Uint8Array[]) => listener(tags) },
            },
          }),
        },
        { buildInfos: [] },
        settle,
      )
      .catch(reject)
    if (suites.length === 0) resolve()
  })
  return failed.toSorted()
}
