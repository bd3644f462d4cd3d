// npm leaves out an optional native package whose `engines.node` refuses the Node that npm itself runs on. Hardhat's
// EVM (EDR) wants Node >= 22, so on a machine whose own Node is older the first pass skips it. By the time this script
// runs, the project's own Node 24 stands in node_modules/.bin, and a second pass run by it adds what was skipped.
import { execFileSync, spawnSync } from 'node:child_process'

// A process of its own each time, because a process remembers that a module was missing.
const edrLoads = () => spawnSync(process.execPath, ['-e', "require('@nomicfoundation/edr')"]).status === 0

if (process.env.ATTRIBUTION_SECOND_PASS === undefined && !edrLoads()) {
  const secondPass = ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund']
  execFileSync(process.execPath, [process.env.npm_execpath, ...secondPass], {
    stdio: 'inherit',
    env: { ...process.env, ATTRIBUTION_SECOND_PASS: '1' },
  })
  if (!edrLoads()) {
    console.error(
      'Hardhat’s EVM (@nomicfoundation/edr) has no build for this machine; Linux x64 and arm64 are supported.',
    )
    process.exit(1)
  }
}
