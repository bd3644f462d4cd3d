// npm run test:bytecode: compiles the sources of the release build once more, by the compiler alone, and compares every contract.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename } from 'node:path'
import { StopError } from '../sdk/errors.ts'
import { runCommand } from './command.ts'
import { releaseArtifactFiles, type SourcifyInput, writeSourcifyInputs } from './deploy/sourcify.ts'

const solc = createRequire(import.meta.url)('solc') as { compile(input: string): string }

type Compiled = Readonly<Record<'bytecode' | 'deployedBytecode', { readonly object: string }>>
interface Output {
  readonly contracts: Readonly<Record<string, Readonly<Record<string, { readonly evm: Compiled }>>>>
}

await runCommand({
  usage: 'npm run test:bytecode\nCompares the bytecode of every contract with that of a second, clean build.',
  options: {},
  async run() {
    const inputs = (await writeSourcifyInputs()).map((file) => JSON.parse(readFileSync(file, 'utf8')) as SourcifyInput)
    const differing: string[] = []
    // Contracts that were compiled together are compiled together again.
    for (const [, together] of Map.groupBy(inputs, ({ stdJsonInput }) => JSON.stringify(stdJsonInput))) {
      const { contracts } = compile(together)
      for (const { contractIdentifier } of together) {
        const [source, name] = contractIdentifier.split(':') as [string, string]
        if (!isSame(name, contracts[source]?.[name]?.evm)) differing.push(name)
      }
    }
    if (differing.length > 0)
      throw new StopError(
        'Two builds give other bytecode',
        { contracts: differing.join(', ') },
        'Look for what is not pinned.',
      )
    console.log(`${inputs.length} contracts: a second build gives the same bytecode.`)
  },
})

function compile(together: readonly SourcifyInput[]): Output {
  const [{ stdJsonInput }] = together as readonly [SourcifyInput]
  const outputSelection: Record<string, Record<string, readonly string[]>> = {}
  for (const { contractIdentifier } of together) {
    const [source, name] = contractIdentifier.split(':') as [string, string]
    outputSelection[source] = {
      ...outputSelection[source],
      [name]: ['evm.bytecode.object', 'evm.deployedBytecode.object'],
    }
  }
  const settings = { ...stdJsonInput.settings, outputSelection }
  return JSON.parse(solc.compile(JSON.stringify({ ...stdJsonInput, settings }))) as Output
}

function isSame(name: string, compiled: Compiled | undefined): boolean {
  const [file] = releaseArtifactFiles().filter((one) => basename(one) === `${name}.json`)
  const kept = JSON.parse(readFileSync(file as string, 'utf8')) as Readonly<Record<keyof Compiled, string>>
  return (['bytecode', 'deployedBytecode'] as const).every((part) => kept[part] === `0x${compiled?.[part].object}`)
}
