import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { releaseArtifactFiles, type SourcifyInput, writeSourcifyInputs } from '../../scripts/deploy/sourcify.ts'

const solc = createRequire(import.meta.url)('solc') as { compile(input: string): string; version(): string }

/** Small ones: each takes the compiler seconds. */
const compiled = ['Accounts', 'Clock', 'DepositWallet']

describe('the inputs for Sourcify', () => {
  let files: readonly string[]
  const inputOf = (contract: string) =>
    JSON.parse(
      readFileSync(files.find((file) => basename(file) === `${contract}.json`) as string, 'utf8'),
    ) as SourcifyInput

  beforeAll(async () => {
    files = await writeSourcifyInputs()
  }, 300_000)

  it('name every contract, its compiler and its sources', () => {
    const contracts = [
      'Accounts',
      'Bonds',
      'Channels',
      'Court',
      'Datasets',
      'Earnings',
      'Ledger',
      'Models',
      'Settlement',
    ]
    for (const contract of [...contracts, ...compiled]) {
      const { stdJsonInput, compilerVersion, contractIdentifier } = inputOf(contract)
      const [source] = contractIdentifier.split(':') as [string]
      expect(contractIdentifier).toBe(`project/contracts/${contract}.sol:${contract}`)
      expect(stdJsonInput.sources[source]?.content).toBe(readFileSync(`contracts/${contract}.sol`, 'utf8'))
      expect(solc.version().startsWith(compilerVersion)).toBe(true)
    }
  })

  it.each(compiled)('compile on their own to the very bytecode that is deployed: %s', (contract) => {
    const { stdJsonInput, contractIdentifier } = inputOf(contract)
    const [source, name] = contractIdentifier.split(':') as [string, string]
    const outputSelection = { [source]: { [name]: ['evm.bytecode.object', 'evm.deployedBytecode.object'] } }
    const input = { ...stdJsonInput, settings: { ...stdJsonInput.settings, outputSelection } }
    const { contracts } = JSON.parse(solc.compile(JSON.stringify(input)))
    const { bytecode, deployedBytecode } = contracts[source][name].evm
    const file = releaseArtifactFiles().find((one) => basename(one) === `${contract}.json`) as string
    expect({ bytecode: `0x${bytecode.object}`, deployedBytecode: `0x${deployedBytecode.object}` }).toEqual({
      bytecode: JSON.parse(readFileSync(file, 'utf8')).bytecode,
      deployedBytecode: JSON.parse(readFileSync(file, 'utf8')).deployedBytecode,
    })
  })
})
