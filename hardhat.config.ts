import { createRequire } from 'node:module'
import hardhatNetworkHelpers from '@nomicfoundation/hardhat-network-helpers'
import hardhatViem from '@nomicfoundation/hardhat-viem'
import { defineConfig } from 'hardhat/config'

const require = createRequire(import.meta.url)

// The compiler is the npm package's own, by path, so that nothing is downloaded.
const solc = { version: require('solc/package.json').version, path: require.resolve('solc/soljson.js') }
// With more runs some contracts would not stay below the 24,576 bytes that one may have (EIP-170).
const settings = { evmVersion: 'osaka', optimizer: { enabled: true, runs: 1_000 }, metadata: { bytecodeHash: 'none' } }
const release = { ...settings, viaIR: true }

export default defineConfig({
  plugins: [hardhatNetworkHelpers, hardhatViem],
  solidity: {
    npmFilesToBuild: [
      '@openzeppelin/contracts/access/manager/AccessManager.sol',
      '@openzeppelin/contracts/governance/TimelockController.sol',
    ],
    profiles: {
      default: { ...solc, settings },
      production: { isolated: false, compilers: [{ ...solc, settings: release }] },
    },
  },
  paths: {
    tests: { solidity: 'test' },
  },
  test: {
    solidity: {
      // Short and the same every time; `npm run test:invariants` goes on for longer.
      fuzz: { runs: Number(process.env.FUZZ_RUNS ?? 64), seed: '0x0a77b1e5' },
      invariant: { runs: Number(process.env.INVARIANT_RUNS ?? 24), depth: 64, failOnRevert: true },
    },
  },
})
