import { rmSync, writeFileSync } from 'node:fs'
import { createHardhatRuntimeEnvironment } from 'hardhat/hre'
import config from '../../hardhat.config.ts'
import { builtFrom, digestOfSources, releaseFolder } from './release.ts'

/**
 * Builds what is deployed: the production profile (viaIR), in a folder of its own so that a test build on the default
 * profile never stands in for it. A process of its own, because the compiler holds its thread for half a minute.
 */
const sources = digestOfSources()
// A build that breaks off must not pass for what was there before.
rmSync(builtFrom, { force: true })
const hre = await createHardhatRuntimeEnvironment(
  { ...config, paths: { ...config.paths, artifacts: `${releaseFolder}/artifacts`, cache: `${releaseFolder}/cache` } },
  { buildProfile: 'production' },
)
await hre.tasks.getTask('build').run({ noTests: true, quiet: true })
writeFileSync(builtFrom, sources)
