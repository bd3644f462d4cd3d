import { abis } from '../../sdk/contracts.ts'
import { batchFacts } from './batch.ts'
import { decodeBonds } from './bonds.ts'
import type { ChainLog } from './contracts.ts'
import { type EventOf, eventOf, lower } from './event.ts'
import type { Fact } from './facts.ts'
import type { Place } from './place.ts'
import type { Terms } from './terms.ts'

export type LedgerEvent = EventOf<typeof abis.ledger>

export function decodeLedger(log: ChainLog, place: Place, terms: Terms, treasury: bigint): readonly Fact[] {
  const event = eventOf(abis.ledger, log)
  switch (event.eventName) {
    case 'TabFunded': {
      const { payer, operator, ...amounts } = event.args
      return [{ table: 'tabFunded', row: { ...place, payer: BigInt(payer), operator: BigInt(operator), ...amounts } }]
    }
    case 'TabWithdrawalRequested': {
      const { payer, operator, leavingGwei, leavesAt } = event.args
      const row = {
        ...place,
        payer: BigInt(payer),
        operator: BigInt(operator),
        leavingGwei,
        leavesAt: BigInt(leavesAt),
      }
      return [{ table: 'tabWithdrawalRequested', row }]
    }
    case 'TabWithdrawn': {
      const { payer, operator, to, amountGwei, balanceGwei } = event.args
      const row = {
        ...place,
        payer: BigInt(payer),
        operator: BigInt(operator),
        recipient: lower(to),
        amountGwei,
        balanceGwei,
      }
      return [{ table: 'tabWithdrawn', row }]
    }
    case 'BatchRecorded': {
      const { batch, model, operator, epoch, count, treasuryBps, feesGwei, root, records } = event.args
      const known = terms.models.get(BigInt(model))
      if (known === undefined) throw new Error(`Batch ${batch} is of model ${model}, which is not registered`)
      const recorded = {
        ...place,
        batch,
        model: BigInt(model),
        operator: BigInt(operator),
        epoch: BigInt(epoch),
        count: BigInt(count),
        treasuryBps: BigInt(treasuryBps),
        feesGwei,
        root,
      }
      return batchFacts(recorded, records, known, treasury)
    }
    case 'RewardClaimed': {
      const { account, to, amountGwei } = event.args
      return [{ table: 'rewardClaimed', row: { ...place, account: BigInt(account), recipient: lower(to), amountGwei } }]
    }
    case 'TreasuryShareSet': {
      const { previousBps, treasuryBps } = event.args
      return [
        {
          table: 'treasuryShareSet',
          row: { ...place, previousBps: BigInt(previousBps), treasuryBps: BigInt(treasuryBps) },
        },
      ]
    }
    case 'RecordingPaused':
      return [{ table: 'recordingSwitched', row: { ...place, paused: true, switchedBy: lower(event.args.by) } }]
    case 'RecordingResumed':
      return [{ table: 'recordingSwitched', row: { ...place, paused: false, switchedBy: lower(event.args.by) } }]
    case 'AuthorityUpdated':
      return [
        { table: 'authorityUpdated', row: { ...place, contract: 'ledger', authority: lower(event.args.authority) } },
      ]
    default:
      return [decodeBonds(event, place)]
  }
}
