import type { Hex } from 'viem'
import type { Connection, Contracts } from './contracts.ts'
import { type Act, act } from './transact.ts'

/**
 * What an account is owed by pools, that is by models whose contributors share equally (contracts/interfaces/IPools.sol), asked
 * of a node alone.
 */

export interface PoolShare {
  readonly pool: number
  readonly contribution: Hex
  /** What the contribution can claim of what the pool's wallet holds now. */
  readonly claimableGwei: bigint
  /** The same once what has matured for the pool in the Ledger is claimed into its wallet. */
  readonly maturedGwei: bigint
}

/** A share takes up to some 70,000 gas, and a transaction may use 16,777,216 (EIP-7825). */
export const MOST_SHARES_A_CALL = 128

/** The calls that pay these shares, each of one pool and small enough for a transaction. */
export function claimShares(pools: Contracts['pools'], shares: readonly PoolShare[]): readonly Act[] {
  return [...Map.groupBy(shares, ({ pool }) => pool)].flatMap(([pool, ofPool]) =>
    Array.from({ length: Math.ceil(ofPool.length / MOST_SHARES_A_CALL) }, (_, i) => {
      const next = ofPool.slice(i * MOST_SHARES_A_CALL, (i + 1) * MOST_SHARES_A_CALL)
      return act(pools, 'claim', [pool, next.map(({ contribution }) => contribution)])
    }),
  )
}

/** The shares of all contributions of `account`, in every pool, that have anything left to claim. */
export async function poolSharesOf(connection: Connection, account: number): Promise<readonly PoolShare[]> {
  const { reader, contracts, fromBlock } = connection
  const [opened, submitted] = await Promise.all([
    reader.getContractEvents({ ...contracts.pools, eventName: 'PoolOpened', fromBlock, strict: true }),
    reader.getContractEvents({
      ...contracts.datasets,
      eventName: 'ContributionSubmitted',
      args: { contributor: account },
      fromBlock,
      strict: true,
    }),
  ])
  const pairs = opened.flatMap(({ args: { pool, versions } }) => {
    const datasets = new Set(versions.map((version) => Number(version >> 32n)))
    return submitted
      .filter(({ args }) => datasets.has(args.dataset))
      .map(({ args: { contribution, itemCount } }) => ({ pool, contribution, itemCount }))
  })
  const shares = await Promise.all(pairs.map((pair) => shareOf(connection, pair)))
  return shares.flatMap((share) => (share === undefined || share.maturedGwei === 0n ? [] : [share]))
}

async function shareOf(
  { reader, contracts }: Connection,
  { pool, contribution, itemCount }: { readonly pool: number; readonly contribution: Hex; readonly itemCount: number },
): Promise<PoolShare | undefined> {
  const { pools, ledger } = contracts
  if (!(await reader.readContract({ ...pools, functionName: 'includes', args: [pool, contribution] }))) return undefined
  const [[claimableGwei, claimedGwei], state, [inLedgerGwei]] = await Promise.all([
    reader.readContract({ ...pools, functionName: 'shareOf', args: [pool, contribution] }),
    reader.readContract({ ...pools, functionName: 'stateOf', args: [pool] }),
    reader.readContract({ ...ledger, functionName: 'earningsOf', args: [pool] }),
  ])
  const received = state.receivedGwei + inLedgerGwei
  const maturedGwei = (received * BigInt(itemCount)) / state.itemCount - claimedGwei
  return { pool, contribution, claimableGwei, maturedGwei }
}
