import { parseEther } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Reader } from '../../sdk/chain.ts'
import { callTo } from '../../sdk/contractCall.ts'
import { type Outcome, transactionSender } from '../../watcher/sender.ts'
import { type LocalLedger, startLocalLedger } from '../support/localLedger.ts'

describe('a sender', () => {
  let ledger: LocalLedger
  beforeAll(async () => {
    ledger = await startLocalLedger(4)
  })
  afterAll(() => ledger.stop())

  it('leaves no place open where a node counts a transaction twice for a moment', async () => {
    expect(await sendWhereCounted(ledger, 1)).toEqual(['mined', 'mined'])
  })

  it('fills the place that a node left open when it lost a transaction that it had counted', async () => {
    expect(await sendWhereCounted(ledger, 2)).toEqual(['mined', 'mined'])
  })
})

/** Sends two calls by a node whose first so many counts of what waits are one too high. */
async function sendWhereCounted(
  { connection, wallets, walletOf }: LocalLedger,
  times: number,
): Promise<readonly string[]> {
  const { reader, contracts } = connection
  let left = times
  const doubtful: Reader = {
    ...reader,
    getTransactionCount: async (asked) => {
      const truth = await reader.getTransactionCount(asked)
      return asked.blockTag === 'pending' && left-- > 0 ? truth + 1 : truth
    },
  }
  const stranger = privateKeyToAccount(generatePrivateKey()).address
  const outcomes: Outcome[] = []
  await transactionSender(doubtful, walletOf(wallets.deployer)).send(
    [parseEther('1'), 0n].map((amount) => callTo(contracts.openToken, 'approve', [stranger, amount])),
    (place, outcome) => {
      outcomes[place] = outcome
    },
  )
  return outcomes.map(({ kind }) => kind)
}
