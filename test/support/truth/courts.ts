import type { Hex } from 'viem'
import { expect } from 'vitest'
import { strings } from '../amounts.ts'
import { ask } from '../ask.ts'
import { type Moment, readerAt, rowsOf } from './asked.ts'

/** What waits before the courts, and what governance set, by the indexer and by the contracts. */

const ALL_ROWS = 2 ** 32 - 1

interface Receipt {
  readonly recordHash: Hex
  readonly status: 'Broken' | 'Open' | 'Shown' | 'Unrecorded'
}

export async function courtsAreTrue(moment: Moment): Promise<void> {
  const { contracts, read } = readerAt(moment)
  const { court, unitCourt } = contracts
  const receipts = await rowsOf<Receipt>(
    moment,
    'receipts',
    'recordHash status operator: operatorId model: modelId claimant: claimantId dueAt stakeGwei heldGwei',
  )
  for (const { recordHash, status, ...receipt } of receipts) {
    if (status === 'Broken') continue
    const found = await read({ ...court, functionName: 'demandOf', args: [recordHash] })
    const { operator, model, demander: claimant, dueAt, stakeGwei, heldGwei, state } = found
    expect(['None', 'Open', 'Shown', 'Unrecorded'][state]).toBe(status)
    expect(receipt).toEqual({ operator, model, claimant, dueAt, ...strings({ stakeGwei, heldGwei }) })
  }
  const appeals = await rowsOf<{ id: string; status: string; unit: number | null }>(
    moment,
    'appeals',
    'id: appealId status appellant: appellantId accused: accusedId model: modelId unit: unitId stakeGwei heldGwei feeGwei dueAt',
  )
  expect(BigInt(appeals.length)).toBe(await read({ ...court, functionName: 'appealCount' }))
  for (const { id, status, unit, ...appeal } of appeals) {
    const found = await read({ ...court, functionName: 'appealOf', args: [BigInt(id)] })
    const { appellant, accused, model, stakeGwei, heldGwei, feeGwei, dueAt } = found
    if (status !== 'Open') expect(appellant).toBe(0)
    else {
      expect(appeal).toEqual({ appellant, accused, model, dueAt, ...strings({ stakeGwei, heldGwei, feeGwei }) })
      expect(unit).toBe(found.isUnit ? found.unit : null)
    }
  }
  const demands = await rowsOf<{ model: number; unit: number; row: number | null; status: string }>(
    moment,
    'demands',
    'model: modelId unit: unitId row status demander: demanderId dueAt stakeGwei',
  )
  for (const { model, unit, row, status, ...demand } of demands) {
    const args = [model, unit, row ?? ALL_ROWS] as const
    const { isAnswered, stakeGwei, ...found } = await read({ ...unitCourt, functionName: 'demandOf', args })
    expect(demand).toEqual({ ...found, stakeGwei: `${stakeGwei}` })
    expect(isAnswered).toBe(status !== 'Open')
  }
  const keys = await rowsOf<{ operator: number; key: Hex; validFrom: number; validUntil: number | null }>(
    moment,
    'receiptKeys',
    'operator: operatorId key validFrom validUntil',
  )
  for (const { operator, key, validFrom, validUntil } of keys) {
    const term = await read({ ...court, functionName: 'keyTermOf', args: [operator, key] })
    expect(validFrom).toBe(term.from)
    if (validUntil !== null) expect(validUntil).toBe(term.until)
  }
}

export async function settingsAreTrue(moment: Moment): Promise<void> {
  const { contracts, read } = readerAt(moment)
  const newest = async (list: string, fields: string) => (await rowsOf(moment, list, fields)).at(-1)
  const { bonds, channels, clock, court, ledger, models, unitCourt } = contracts

  expect(await newest('modelTerms', 'activationSeconds noticeSeconds')).toEqual(
    await read({ ...models, functionName: 'terms' }),
  )
  expect(await newest('channelNotices', 'noticeSeconds')).toEqual({
    noticeSeconds: await read({ ...channels, functionName: 'noticeSeconds' }),
  })
  const { minBookGwei, ...ledgerTerms } = await read({ ...ledger, functionName: 'terms' })
  expect(await newest('ledgerTerms', 'epochSeconds windowSeconds minBookGwei treasuryBps')).toEqual({
    ...ledgerTerms,
    minBookGwei: `${minBookGwei}`,
  })
  const { minimumGwei, perRecordGwei, ...rule } = await read({ ...bonds, functionName: 'rule' })
  expect(await newest('bondRules', 'minimumGwei perRecordGwei ratioBps bountyBps noticeSeconds modelSeconds')).toEqual({
    ...rule,
    ...strings({ minimumGwei, perRecordGwei }),
  })
  const { demandFeeGwei, appealStakeGwei, ...courtTerms } = await read({ ...court, functionName: 'terms' })
  expect(
    await newest(
      'courtTerms',
      'demandFeeGwei demandSeconds receiptFees appealStakeGwei rulingSeconds keyNoticeSeconds',
    ),
  ).toEqual({ ...courtTerms, ...strings({ demandFeeGwei, appealStakeGwei }) })
  const unitTerms = await read({ ...unitCourt, functionName: 'terms' })
  expect(await newest('unitCourtTerms', 'demandFeeGwei demandSeconds')).toEqual({
    ...unitTerms,
    demandFeeGwei: `${unitTerms.demandFeeGwei}`,
  })
  const { _meta } = await ask<{ _meta: { time: number } }>(
    moment.url,
    'query ($at: AsOfBlock) { _meta(block: $at) { time } }',
    { at: { number: Number(moment.block) } },
  )
  expect(_meta.time).toBe(await read({ ...clock, functionName: 'time' }))
}
