import { describe, expect, it } from 'vitest'
import { MethodMissing, NodeBusy, nodeError, StateGone } from '../../../chain/node/nodeError.ts'

/** How nodes say that they have pruned a state, in their own words. */
const pruned: Readonly<Record<string, string>> = {
  'geth, by hash': 'missing trie node 56e81f (path ) state 0x56e81f is not available, not found',
  'geth, by path': 'historical state 0x56e81f is not available',
  erigon: 'requested block is too old, block must be within 100000 blocks of the head block number (currently 7)',
  nethermind: 'No state available for block 7 (0x56e81f)',
  besu: 'World state unavailable',
  reth: 'distance to target block exceeds maximum proof window',
  'reth, of storage': 'state at block #7 is pruned',
}

const missing: Readonly<Record<string, readonly [number, string]>> = {
  geth: [-32_601, 'the method eth_getProof does not exist/is not available'],
  'a provider by its own code': [-32_000, 'Method eth_getProof is not supported on this network'],
  'a provider of few methods': [-32_053, 'method is disabled'],
}

describe('a node that is asked for a proof', () => {
  it.each(Object.entries(pruned))('and has pruned the state says so in the words of %s', (_, message) => {
    const failure = { kind: 'answered', code: -32_000, message } as const
    expect(nodeError('http://node', 'eth_getProof', failure)).toBeInstanceOf(StateGone)
    expect(nodeError('http://node', 'eth_getStorageAt', failure)).toBeInstanceOf(StateGone)
  })

  it.each(Object.entries(missing))('and serves none says so in the words of %s', (_, [code, message]) => {
    const failure = { kind: 'answered', code, message } as const
    expect(nodeError('http://node', 'eth_getProof', failure)).toBeInstanceOf(MethodMissing)
  })

  it('and is only busy is asked again', () => {
    const failure = { kind: 'answered', code: 429, message: 'compute units' } as const
    expect(nodeError('http://node', 'eth_getProof', failure)).toBeInstanceOf(NodeBusy)
  })
})
