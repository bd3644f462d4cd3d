import { abis } from '../../sdk/contracts.ts'
import { batchFacts } from './batch.ts'
import { decodeBonds } from './bonds.ts'
import type { ChainLog } from './contracts.ts'
import { type EventOf, eventReader, lower } from './event.ts'
import type { Fact } from './facts.ts'
import type { Place } from './place.ts'
import type { Terms } from './terms.ts'
import { address, lastBytes, uint16, uint32, uint64, wordAt } from './words.ts'

export type LedgerEvent = EventOf<typeof abis.ledger>

export const readLedger = eventReader(abis.ledger, {
  TabFunded: (topics, data) => ({
    payer: uint32(topics[1]),
    operator: uint32(topics[2]),
    amountGwei: uint64(wordAt(data, 0)),
    balanceGwei: uint64(wordAt(data, 1)),
    maxFeeGwei: uint64(wordAt(data, 2)),
  }),
  BatchRecorded: (topics, data) => ({
    batch: uint64(topics[1]),
    model: uint32(topics[2]),
    operator: uint32(topics[3]),
    epoch: uint32(wordAt(data, 0)),
    count: uint32(wordAt(data, 1)),
    treasuryBps: uint16(wordAt(data, 2)),
    feesGwei: uint64(wordAt(data, 3)),
    root: wordAt(data, 4),
    records: lastBytes(data, 5),
  }),
  RewardClaimed: (topics, data) => ({
    account: uint32(topics[1]),
    to: address(topics[2]),
    amountGwei: uint64(wordAt(data, 0)),
  }),
  RecordVoided: (topics, data) => ({
    batch: uint64(topics[1]),
    index: uint32(topics[2]),
    payer: uint32(topics[3]),
    feeGwei: uint64(wordAt(data, 0)),
  }),
})

export function decodeLedger(log: ChainLog, place: Place, terms: Terms, treasury: bigint): readonly Fact[] {
  const event = readLedger(log)
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
