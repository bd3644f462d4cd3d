import type { Hex } from 'viem'
import type { ExpectedSlot } from '../storage/expectedSlot.ts'
import { mappedSlot, plainSlot } from '../storage/words.ts'
import type { AccountsWorld } from '../world/accounts.ts'
import { expectTold, type Handlers } from './step.ts'

const [COUNT, PAYOUTS, PROPOSED, HOLDERS] = [0, 1, 2, 3]
export const NO_ADDRESS: Hex = `0x${'00'.repeat(20)}`

export const accountHandlers: Handlers = {
  accountOpened: (step, { account, payout }) => {
    const { world, at } = step
    expectTold(step, 'Accounts are not numbered one after the other', account, world.accounts.size + 1)
    world.accounts.set(account, { payout, proposed: NO_ADDRESS, at })
    world.holders.set(payout, { account, at })
  },
  payoutProposed: ({ world, at }, { account, proposed }) => {
    const known = world.accounts.get(account)
    if (known !== undefined) world.accounts.set(account, { ...known, proposed, at })
  },
  payoutRotated: (step, { account, previous, payout }) => {
    const { world, at } = step
    expectTold(step, 'An account had another payout address', previous, world.accounts.get(account)?.payout ?? 'none')
    if (world.holders.get(previous)?.account === account) world.holders.set(previous, { account: 0, at })
    world.accounts.set(account, { payout, proposed: NO_ADDRESS, at })
    world.holders.set(payout, { account, at })
  },
  actingAs: ({ world, at }, { account, payout }) => {
    world.holders.set(payout, { account, at })
  },
}

export function* accountSlots({ accounts, holders }: AccountsWorld): Iterable<ExpectedSlot> {
  const contract = 'accounts'
  yield { contract, slot: plainSlot(COUNT), word: BigInt(accounts.size), subject: 'number of accounts' }
  for (const [account, { payout, proposed, at }] of accounts) {
    const subject = `payout address of account ${account}`
    yield { contract, slot: mappedSlot(PAYOUTS, account), word: BigInt(payout), subject, at }
    yield { contract, slot: mappedSlot(PROPOSED, account), word: BigInt(proposed), subject: `proposed ${subject}`, at }
  }
  for (const [holder, { account, at }] of holders) {
    const subject = `account that ${holder} acts as`
    yield { contract, slot: mappedSlot(HOLDERS, holder), word: BigInt(account), subject, at }
  }
}
