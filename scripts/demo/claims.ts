import type { LocalAccount } from 'viem'
import { keccak256, toBytes } from 'viem'
import { privateKeyToAddress } from 'viem/accounts'
import { type Act, act, transact } from '../../sdk/transact.ts'
import type { FrozenMail } from './dataset.ts'
import { batchEpochs, reachEpoch } from './epochs.ts'
import type { Report } from './progress.ts'
import { type Stage, walletOf } from './stage.ts'

/**
 * Contributors are paid, in each of the three ways there are: the best-paid one is claimed for by a relayer, twice, as days
 * mature; the second claims to another address of theirs; the next three are claimed for at once.
 */
export async function claimEarnings(stage: Stage, frozen: FrozenMail, report: Report): Promise<void> {
  const { connection, cast } = stage
  const { ledger } = connection.contracts
  const epochs = await batchEpochs(stage)
  const first = epochs[0]
  const last = epochs.at(-1)
  if (first === undefined || last === undefined) return
  const [best, second, ...others] = await byEarnings(stage, frozen)
  const relayer = cast.deployer

  await reachEpoch(stage, first + 2)
  if (best !== undefined && (await claimsOf(stage, best.account)) === 0) {
    await send(stage, relayer, act(ledger, 'claim', [best.account]))
  }
  report(1, 4)
  await reachEpoch(stage, last + 2)
  if (best !== undefined && (await claimsOf(stage, best.account)) === 1 && (await matured(stage, best.account)) > 0n) {
    await send(stage, relayer, act(ledger, 'claim', [best.account]))
  }
  report(2, 4)
  if (second !== undefined && (await claimsOf(stage, second.account)) === 0) {
    const coldWallet = privateKeyToAddress(keccak256(toBytes('a wallet that its holder keeps in a drawer')))
    await send(stage, second.holder, act(ledger, 'claimTo', [coldWallet]))
  }
  report(3, 4)
  const waiting: number[] = []
  for (const { account } of others.slice(0, 3)) if ((await claimsOf(stage, account)) === 0) waiting.push(account)
  if (waiting.length > 0) await send(stage, relayer, act(ledger, 'claimMany', [waiting]))
  report(4, 4)
}

interface Earner {
  readonly account: number
  readonly holder: LocalAccount
}

/** Contributors who earned anything, the best paid first: by all that was ever credited, so that claiming changes nothing. */
async function byEarnings(stage: Stage, { contributions }: FrozenMail): Promise<readonly Earner[]> {
  const { connection, cast } = stage
  const { reader, contracts } = connection
  const earners = await Promise.all(
    contributions.map(async ({ account }, i) => {
      const holder = cast.contributors[i]
      if (holder === undefined) throw new Error(`Account ${account} has no holder in this demo`)
      const [maturedGwei, pendingGwei] = await reader.readContract({
        ...contracts.ledger,
        functionName: 'earningsOf',
        args: [account],
      })
      const claims = await claimEvents(stage, account)
      const claimedGwei = claims.reduce((sum, { args }) => sum + args.amountGwei, 0n)
      return { account, holder, earnedGwei: maturedGwei + pendingGwei + claimedGwei }
    }),
  )
  return earners
    .filter(({ earnedGwei }) => earnedGwei > 0n)
    .toSorted((a, b) => (a.earnedGwei === b.earnedGwei ? a.account - b.account : a.earnedGwei > b.earnedGwei ? -1 : 1))
}

async function claimsOf(stage: Stage, account: number): Promise<number> {
  return (await claimEvents(stage, account)).length
}

async function claimEvents({ connection }: Stage, account: number) {
  const { reader, contracts, fromBlock } = connection
  return await reader.getContractEvents({
    ...contracts.ledger,
    eventName: 'RewardClaimed',
    args: { account },
    fromBlock,
    strict: true,
  })
}

async function matured({ connection }: Stage, account: number): Promise<bigint> {
  const { reader, contracts } = connection
  const [maturedGwei] = await reader.readContract({ ...contracts.ledger, functionName: 'earningsOf', args: [account] })
  return maturedGwei
}

async function send(stage: Stage, signer: LocalAccount, call: Act): Promise<void> {
  await transact(stage.connection.reader, walletOf(stage, signer), call)
}
