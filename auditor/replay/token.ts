import type { Hex } from 'viem'
import type { ExpectedSlot } from '../storage/expectedSlot.ts'
import { mappedSlot, plainSlot } from '../storage/words.ts'
import type { TokenWorld } from '../world/token.ts'
import { NO_ADDRESS } from './accounts.ts'
import { type Handlers, wanting } from './step.ts'

const [BALANCES, SUPPLY] = [0, 2]

export const tokenHandlers: Handlers = {
  transfer: (step, { from, to, amountWei }) => {
    const { world, at } = step
    const move = (holder: Hex, wei: bigint): void => {
      const after = (world.balances.get(holder)?.wei ?? 0n) + wei
      if (after < 0n) wanting(step, 'arithmetic', `${holder} sends more OPEN than it has`, `${after}`, 'at least 0')
      world.balances.set(holder, { wei: after, at })
    }
    if (from === NO_ADDRESS) world.supplyWei += amountWei
    else move(from, -amountWei)
    if (to === NO_ADDRESS) world.supplyWei -= amountWei
    else move(to, amountWei)
  },
}

export function* tokenSlots({ balances, supplyWei }: TokenWorld): Iterable<ExpectedSlot> {
  const contract = 'openToken'
  yield { contract, slot: plainSlot(SUPPLY), word: supplyWei, subject: 'supply of OPEN' }
  for (const [holder, { wei, at }] of balances) {
    yield { contract, slot: mappedSlot(BALANCES, holder), word: wei, subject: `balance of ${holder}`, at }
  }
}
