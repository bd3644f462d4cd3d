import type { Verification } from './verify/verification.ts'

/**
 * How a chain hashes its headers. Each rule covers all of its eras; where they differ, the hash
 * tells which one it is.
 */
export type HeaderRule = 'standard' | 'aura' | 'celo' | 'avalanche' | 'zksync'

/** What a chain's receipts trie holds beyond Ethereum's own receipts. */
export type ReceiptRule = 'standard' | 'op' | 'arbitrum' | 'polygon' | 'celo' | 'scroll' | 'none'

/** A chain, and what its blocks prove. */
export interface Chain {
  readonly id: number
  readonly name: string
  /** The usual time between two blocks; undefined where it is anybody's choice. */
  readonly blockMs: number | undefined
  readonly header: HeaderRule
  readonly receipts: ReceiptRule
  /** The strongest verification that its blocks allow. */
  readonly strongest: Verification
  /** Whether this version has an entry for it, or takes it for one like Ethereum or the OP stack. */
  readonly isListed: boolean
}

/** Id, name, milliseconds between blocks. */
type Entry = readonly [id: number, name: string, blockMs?: number]

const families: readonly (Pick<Chain, 'header' | 'receipts' | 'strongest'> & { readonly chains: readonly Entry[] })[] =
  [
    {
      header: 'standard',
      receipts: 'standard',
      strongest: 'receipts',
      chains: [
        [1, 'Ethereum', 12_000],
        [11_155_111, 'Sepolia', 12_000],
        [560_048, 'Hoodi', 12_000],
        [17_000, 'Holesky', 12_000],
        [56, 'BNB Chain', 450],
        [97, 'BNB Chain Testnet', 450],
        [59_144, 'Linea', 2_000],
        [59_141, 'Linea Sepolia', 2_000],
      ],
    },
    {
      header: 'standard',
      receipts: 'op',
      strongest: 'receipts',
      chains: [
        [10, 'OP Mainnet', 2_000],
        [11_155_420, 'OP Sepolia', 2_000],
        [420, 'OP Goerli', 2_000],
        [8_453, 'Base', 2_000],
        [84_532, 'Base Sepolia', 2_000],
        [84_531, 'Base Goerli', 2_000],
        [130, 'Unichain', 1_000],
        [480, 'World Chain', 2_000],
        [1_868, 'Soneium', 2_000],
        [34_443, 'Mode', 2_000],
        [57_073, 'Ink', 1_000],
        [7_777_777, 'Zora', 2_000],
        // Local nodes play any chain: anvil that of the OP stack too.
        [1_337, 'A local chain'],
        [31_337, 'A local chain'],
      ],
    },
    {
      header: 'standard',
      receipts: 'arbitrum',
      strongest: 'receipts',
      chains: [
        [42_161, 'Arbitrum One', 250],
        [42_170, 'Arbitrum Nova', 250],
        [421_614, 'Arbitrum Sepolia', 250],
      ],
    },
    {
      header: 'standard',
      receipts: 'polygon',
      strongest: 'receipts',
      chains: [
        [137, 'Polygon', 2_000],
        [80_002, 'Polygon Amoy', 2_000],
        [80_001, 'Polygon Mumbai', 2_000],
      ],
    },
    {
      header: 'standard',
      receipts: 'scroll',
      strongest: 'receipts',
      chains: [
        [534_352, 'Scroll', 3_000],
        [534_351, 'Scroll Sepolia', 3_000],
      ],
    },
    {
      header: 'celo',
      receipts: 'celo',
      strongest: 'receipts',
      chains: [
        [42_220, 'Celo', 1_000],
        [11_142_220, 'Celo Sepolia', 1_000],
        [44_787, 'Celo Alfajores', 1_000],
      ],
    },
    {
      header: 'aura',
      receipts: 'standard',
      strongest: 'receipts',
      chains: [
        [100, 'Gnosis', 5_000],
        [10_200, 'Gnosis Chiado', 5_000],
        [99, 'POA Core', 5_000],
      ],
    },
    {
      // No whole set of receipts of a real block was found to try the rule on.
      header: 'avalanche',
      receipts: 'standard',
      strongest: 'bloom',
      chains: [
        [43_114, 'Avalanche', 2_000],
        [43_113, 'Avalanche Fuji', 2_000],
      ],
    },
    {
      // Its hash covers number, time, parent and transactions, and neither logs nor state.
      header: 'zksync',
      receipts: 'none',
      strongest: 'off',
      chains: [
        [324, 'zkSync Era', 1_000],
        [300, 'zkSync Era Sepolia', 1_000],
      ],
    },
  ]

/** Every chain that this version has an entry for. */
export const chains: readonly Chain[] = families.flatMap(({ chains, ...rules }) =>
  chains.map(([id, name, blockMs]) => ({ id, name, blockMs, ...rules, isListed: true })),
)

const byId = new Map(chains.map((chain) => [chain.id, chain]))

/** The chain of that id. Most chains that have no entry are like those of the OP stack. */
export function chainOf(id: number): Chain {
  const unlisted = { header: 'standard', receipts: 'op', strongest: 'receipts', blockMs: undefined } as const
  return byId.get(id) ?? { id, name: `Chain ${id}`, ...unlisted, isListed: false }
}
