import type { LocalAccount } from 'viem'
import { keccak256, toBytes } from 'viem'
import { privateKeyToAddress } from 'viem/accounts'
import { jointPlaces } from '../../sdk/accountModels.ts'
import { type ContractCall, callTo } from '../../sdk/contractCall.ts'
import { jointSharesOf } from '../../sdk/jointShares.ts'
import { transact } from '../../sdk/node/transactions/transact.ts'
import { type ModelBooks, paidUnits } from './books.ts'
import { type Context, walletOf } from './context.ts'
import type { FrozenDataset } from './dataset.ts'
import type { DemoTask } from './demoTask.ts'

/** Contributors are paid, in each of the ways there are. Every one of them asks the chain first whether it happened already. */

export interface Earner {
  readonly account: number
  readonly holder: LocalAccount
}

/** Contributors by what all books bring them, the best paid first: claims and settlements change nothing of that. */
export function byEarnings(
  { holders }: DemoTask,
  { contributions }: FrozenDataset,
  books: ModelBooks,
): readonly Earner[] {
  const units = paidUnits(books, books.books)
  return contributions
    .map(({ account }, i) => {
      const holder = holders[i]
      if (holder === undefined) throw new Error(`Account ${account} has no holder in this demo`)
      const own = books.model.registered.units.map(({ payee }, u) => (payee === account ? (units[u] as bigint) : 0n))
      const joint = jointPlaces(books.model, account).map(
        ({ unit, kept, unitKept }) => ((units[unit] as bigint) * BigInt(kept)) / BigInt(unitKept),
      )
      return { account, holder, earnedGwei: [...own, ...joint].reduce((sum, gwei) => sum + gwei, 0n) }
    })
    .filter(({ earnedGwei }) => earnedGwei > 0n)
    .toSorted((a, b) => (a.earnedGwei === b.earnedGwei ? a.account - b.account : a.earnedGwei > b.earnedGwei ? -1 : 1))
}

/** A relayer claims for an account, to its payout address. */
export async function claimFor(context: Context, { account }: Earner): Promise<void> {
  const { earnings } = context.connection.contracts
  if (!(await isWaiting(context, account))) return
  await send(context, context.wallets.deployer, callTo(earnings, 'claim', [account]))
}

/** Somebody claims to another address of theirs. */
export async function claimElsewhere(context: Context, { account, holder }: Earner): Promise<void> {
  const { earnings } = context.connection.contracts
  if (!(await isWaiting(context, account))) return
  const coldWallet = privateKeyToAddress(keccak256(toBytes('a wallet that its holder keeps in a drawer')))
  await send(context, holder, callTo(earnings, 'claimTo', [coldWallet]))
}

/** A relayer claims for several at once. */
export async function claimForMany(context: Context, earners: readonly Earner[]): Promise<void> {
  const { earnings } = context.connection.contracts
  const waiting: number[] = []
  for (const { account } of earners) if (await isWaiting(context, account)) waiting.push(account)
  if (waiting.length > 0) await send(context, context.wallets.deployer, callTo(earnings, 'claimMany', [waiting]))
}

/** What members of joint units may draw is drawn for all of them at once. */
export async function drawJointShares(
  context: Context,
  earners: readonly Earner[],
  { model }: ModelBooks,
): Promise<void> {
  const { connection, wallets } = context
  const shares = await Promise.all(earners.map(({ account }) => jointSharesOf(connection, account, [model])))
  const drawn = shares.flat().map(({ gwei: _, ...share }) => share)
  if (drawn.length > 0) await send(context, wallets.deployer, callTo(connection.contracts.earnings, 'draw', [drawn]))
}

/** Whether an account has earned something and never claimed. */
async function isWaiting({ connection }: Context, account: number): Promise<boolean> {
  const { reader, contracts } = connection
  const args = [account] as const
  const [earnedGwei, claimedGwei] = await reader.readContract({
    ...contracts.earnings,
    functionName: 'earningsOf',
    args,
  })
  return earnedGwei > 0n && claimedGwei === 0n
}

async function send(context: Context, signer: LocalAccount, call: ContractCall): Promise<void> {
  await transact(context.connection.reader, walletOf(context, signer), call)
}
