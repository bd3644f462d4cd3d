import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Artifact, ArtifactResolver } from '@nomicfoundation/ignition-core'
import { StopError } from '../../sdk/errors.ts'

/** The release build of the contracts: made once, kept until a source changes. */

const project = fileURLToPath(new URL('../../', import.meta.url))
export const releaseFolder = `${project}var/release`

/** Says which sources the build is of, and is there only while it is whole. */
export const builtFrom = `${releaseFolder}/built-from`

/** Compiles what changed; the first time takes half a minute on one core, an unchanged tree no time. */
export async function buildRelease(): Promise<void> {
  if (existsSync(builtFrom) && readFileSync(builtFrom, 'utf8') === digestOfSources()) return
  try {
    await promisify(execFile)(process.execPath, [fileURLToPath(new URL('build.ts', import.meta.url))], { cwd: project })
  } catch (cause) {
    const output = cause instanceof Error && 'stderr' in cause ? String(cause.stderr).trim() : String(cause)
    throw new StopError(
      'The contracts do not compile',
      { compiler: output.split('\n').slice(0, 6).join(' ') },
      'Run `npx hardhat build` to see where.',
    )
  }
}

/** All that the build depends on: sources, settings, and the compiler and libraries that package.json pins. */
export function digestOfSources(): string {
  const paths = globSync(['contracts/**/*.sol', 'hardhat.config.ts'], { cwd: project }).toSorted()
  const sources = paths.map((path) => [path, readFileSync(`${project}${path}`, 'utf8')])
  const { dependencies } = JSON.parse(readFileSync(`${project}package.json`, 'utf8')) as { dependencies: unknown }
  return createHash('sha256')
    .update(JSON.stringify([sources, dependencies]))
    .digest('hex')
}

/** Gives Ignition the artifacts of the release build. */
export const releaseArtifacts: ArtifactResolver = {
  async loadArtifact(contractName) {
    return JSON.parse(readFileSync(artifactPath(contractName), 'utf8')) as Artifact
  },
  async getBuildInfo(contractName) {
    const { buildInfoId } = JSON.parse(readFileSync(artifactPath(contractName), 'utf8')) as Artifact
    const path = `${releaseFolder}/artifacts/build-info/${buildInfoId}.json`
    return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined
  },
}

function artifactPath(contractName: string): string {
  const [path] = globSync(`${releaseFolder}/artifacts/**/${contractName}.sol/${contractName}.json`)
  if (path === undefined) throw new StopError(`${contractName} is not in the release build`, {}, 'Build it first.')
  return path
}
