import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { buildRelease, releaseFolder } from './release.ts'

/** What Sourcify takes to verify a contract (POST /v2/verify/{chainId}/{address}). */
export interface SourcifyInput {
  readonly stdJsonInput: {
    readonly language: string
    readonly sources: Readonly<Record<string, { readonly content: string }>>
    readonly settings: Readonly<Record<string, unknown>>
  }
  readonly compilerVersion: string
  readonly contractIdentifier: string
}

interface Artifact {
  readonly contractName: string
  readonly inputSourceName: string
  readonly buildInfoId: string
  readonly bytecode: string
}

interface BuildInfo {
  readonly solcLongVersion: string
  readonly input: SourcifyInput['stdJsonInput']
}

export const sourcifyFolder = join(releaseFolder, 'sourcify')

/** Writes the input of every contract of the release build that has code, a file each. */
export async function writeSourcifyInputs(): Promise<readonly string[]> {
  await buildRelease()
  rmSync(sourcifyFolder, { recursive: true, force: true })
  mkdirSync(sourcifyFolder, { recursive: true })
  return releaseArtifactFiles().flatMap((file) => {
    const artifact = JSON.parse(readFileSync(file, 'utf8')) as Artifact
    if (artifact.bytecode === '0x') return []
    const out = join(sourcifyFolder, `${artifact.contractName}.json`)
    writeFileSync(out, `${JSON.stringify(sourcifyInput(artifact))}\n`)
    return [out]
  })
}

function sourcifyInput({ contractName, inputSourceName, buildInfoId }: Artifact): SourcifyInput {
  const path = join(releaseFolder, 'artifacts/build-info', `${buildInfoId}.json`)
  const { solcLongVersion, input } = JSON.parse(readFileSync(path, 'utf8')) as BuildInfo
  return {
    stdJsonInput: input,
    compilerVersion: solcLongVersion,
    contractIdentifier: `${inputSourceName}:${contractName}`,
  }
}

/** One a contract: what lies in a folder that is named after its source file. */
export function releaseArtifactFiles(): readonly string[] {
  return globSync(`${releaseFolder}/artifacts/**/*.sol/*.json`)
    .filter((file) => basename(file) !== 'artifacts.d.ts')
    .toSorted()
}
