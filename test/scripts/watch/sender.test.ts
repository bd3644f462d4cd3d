import { parseEther } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Outcome, senderOf } from '../../../scripts/watch/sender.ts'
import type { Reader } from '../../../sdk/chain.ts'
import { act } from '../../../sdk/transact.ts'
import { type LocalLedger, startLocalLedger } from '../localLedger.ts'

describe('a sender', () => {
  let ledger: LocalLedger
  beforeAll(async () => {
    ledger = await startLocalLedger(4)
  })
  afterAll(() => ledger.stop())

  it('leaves no place open where a node counts a transaction twice for a moment', async () => {
    const { reader, contracts } = ledger.connection
    const wallet = ledger.walletOf(ledger.cast.deployer)
    let counted = 0
    const doubtful: Reader = {
      ...reader,
      getTransactionCount: async (asked) => {
        const truth = await reader.getTransactionCount(asked)
        return asked.blockTag === 'pending' && counted++ === 0 ? truth + 1 : truth
      },
    }
    const stranger = privateKeyToAccount(generatePrivateKey()).address
    const outcomes: Outcome[] = []
    await senderOf(doubtful, wallet).send(
      [
        act(contracts.openToken, 'approve', [stranger, parseEther('1')]),
        act(contracts.openToken, 'approve', [stranger, 0n]),
      ],
      (place, outcome) => {
        outcomes[place] = outcome
      },
    )
    expect(outcomes.map(({ kind }) => kind)).toEqual(['mined', 'mined'])
  })
})
