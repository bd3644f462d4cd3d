// forge's linter over the contracts: npm run lint:forge. The package's own command answers 0 whatever its binary said, so this
// calls the binary.
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'

const architecture = process.arch === 'x64' ? 'amd64' : process.arch
const { platform } = process
const binary = `@foundry-rs/forge-${platform}-${architecture}/bin/forge${platform === 'win32' ? '.exe' : ''}`
const forge = createRequire(import.meta.resolve('@foundry-rs/forge/package.json')).resolve(binary)

const { status, error } = spawnSync(forge, ['lint', '--deny', 'warnings', 'contracts'], { stdio: 'inherit' })
if (error !== undefined) throw error
process.exitCode = status ?? 1
