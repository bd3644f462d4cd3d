import type { Hex } from 'viem'
import { keccak } from '../../attribution/keccak.ts'
import { decodeRecords, recordSize } from '../../sdk/record.ts'
import type { Fact } from './facts.ts'
import { sum } from './feeSplit.ts'
import type { BatchRecorded, Role } from './ledgerFacts.ts'
import { feeSplitter } from './quickSplit.ts'
import type { ModelTerms } from './terms.ts'

/** Opens a batch's packed records: inferences, attributions, and who is credited how much in which role. */
export function batchFacts(
  recorded: BatchRecorded,
  records: Hex,
  terms: ModelTerms,
  treasury: bigint,
): readonly Fact[] {
  const bytes = Buffer.from(records.slice(2), 'hex')
  const dims = Number(terms.dims)
  const split = feeSplitter({
    ...terms,
    isPooled: terms.pool !== null,
    royaltiesBps: terms.royalties.map(({ bps }) => bps),
    treasuryBps: recorded.treasuryBps,
  })

  const { block, batch, operator, model, epoch } = recorded
  const facts: Fact[] = [{ table: 'batchRecorded', row: recorded }]
  const contributors = new Map<number, bigint>()
  const royalties = new Map<bigint, bigint>()
  let pooledTotal = 0n
  let operatorTotal = 0n
  let ownerTotal = 0n
  let treasuryTotal = 0n

  const decoded = decodeRecords(bytes, { dims, topK: Number(terms.topK), rowCount: Number(terms.rowCount) })
  let end = 0
  for (const [i, { commitment, payer, feeGwei, rows }] of decoded.entries()) {
    const start = end
    end += recordSize(rows.length, dims)
    const position = BigInt(i)
    const { rowsGwei, pooledGwei, operatorGwei, royaltiesGwei, ownerGwei, treasuryGwei } = split(
      feeGwei,
      rows.map(({ weight }) => weight),
    )
    facts.push({
      table: 'inference',
      row: {
        block,
        batch,
        position,
        model,
        operator,
        payer: BigInt(payer),
        commitment,
        recordHash: keccak(bytes.subarray(start, end)),
        // A record ends with its sketch, of two codes a byte.
        sketch: `0x${records.slice(2 + 2 * end - dims, 2 + 2 * end)}`,
        feeGwei,
        contributorsGwei: sum(rowsGwei) + pooledGwei,
        operatorGwei,
        royaltiesGwei: sum(royaltiesGwei),
        ownerGwei,
        treasuryGwei,
      },
    })
    for (const [rank, { row, account, weight }] of rows.entries()) {
      const amountGwei = rowsGwei[rank] ?? 0n
      facts.push({
        table: 'attribution',
        row: {
          block,
          batch,
          position,
          rank: BigInt(rank),
          model,
          row: BigInt(row),
          account: BigInt(account),
          weight: BigInt(weight),
          amountGwei,
        },
      })
      contributors.set(account, (contributors.get(account) ?? 0n) + amountGwei)
    }
    for (const [j, { account }] of terms.royalties.entries()) {
      royalties.set(account, (royalties.get(account) ?? 0n) + (royaltiesGwei[j] ?? 0n))
    }
    pooledTotal += pooledGwei
    operatorTotal += operatorGwei
    ownerTotal += ownerGwei
    treasuryTotal += treasuryGwei
  }

  const credit = (role: Role, account: bigint, amountGwei: bigint) => {
    if (amountGwei > 0n) facts.push({ table: 'credit', row: { block, batch, account, role, model, epoch, amountGwei } })
  }
  for (const [account, amountGwei] of contributors) credit('Contributor', BigInt(account), amountGwei)
  if (terms.pool !== null) credit('Pool', terms.pool, pooledTotal)
  credit('Operator', operator, operatorTotal)
  for (const [account, amountGwei] of royalties) credit('Royalty', account, amountGwei)
  credit('Owner', terms.owner, ownerTotal)
  credit('Treasury', treasury, treasuryTotal)
  return facts
}
