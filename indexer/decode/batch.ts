import { bytesToHex, type Hex, hexToBytes, keccak256 } from 'viem'
import { decodeRecords, splitRecords } from '../../sdk/record.ts'
import type { BatchRecorded, Credit, Fact, Role } from './facts.ts'
import { splitFee, sum } from './feeSplit.ts'
import type { ModelTerms } from './terms.ts'

/** Opens a batch's packed records: inferences, attributions, and who is credited how much in which role. */
export function batchFacts(
  recorded: BatchRecorded,
  records: Hex,
  model: ModelTerms,
  treasury: bigint,
): readonly Fact[] {
  const bytes = hexToBytes(records)
  const dims = Number(model.dims)
  const decoded = decodeRecords(bytes, { dims, topK: Number(model.topK), rowCount: Number(model.rowCount) })
  const hashes = splitRecords(bytes, dims).map((record) => keccak256(record))
  const split = {
    ...model,
    isPooled: model.pool !== null,
    royaltiesBps: model.royalties.map(({ bps }) => bps),
    treasuryBps: recorded.treasuryBps,
  }

  const { block, batch, operator } = recorded
  const facts: Fact[] = [{ table: 'batchRecorded', row: recorded }]
  const credits = new Map<string, Credit>()
  const credit = (role: Role, account: bigint, amountGwei: bigint) => {
    if (amountGwei === 0n) return
    const key = `${role} ${account}`
    const before = credits.get(key)?.amountGwei ?? 0n
    const { model, epoch } = recorded
    credits.set(key, { block, batch, account, role, model, epoch, amountGwei: before + amountGwei })
  }

  decoded.forEach((record, i) => {
    const position = BigInt(i)
    const weights = record.rows.map(({ weight }) => BigInt(weight))
    const parts = splitFee(record.feeGwei, weights, split)
    facts.push({
      table: 'inference',
      row: {
        block,
        batch,
        position,
        model: recorded.model,
        operator,
        payer: BigInt(record.payer),
        commitment: record.commitment,
        recordHash: hashes[i] ?? keccak256('0x'),
        sketch: bytesToHex(record.sketch),
        feeGwei: record.feeGwei,
        contributorsGwei: sum(parts.rowsGwei) + parts.pooledGwei,
        operatorGwei: parts.operatorGwei,
        royaltiesGwei: sum(parts.royaltiesGwei),
        ownerGwei: parts.ownerGwei,
        treasuryGwei: parts.treasuryGwei,
      },
    })
    record.rows.forEach(({ row, account, weight }, rank) => {
      const amountGwei = parts.rowsGwei[rank] ?? 0n
      facts.push({
        table: 'attribution',
        row: {
          block,
          batch,
          position,
          rank: BigInt(rank),
          model: recorded.model,
          row: BigInt(row),
          account: BigInt(account),
          weight: BigInt(weight),
          amountGwei,
        },
      })
      credit('Contributor', BigInt(account), amountGwei)
    })
    if (model.pool !== null) credit('Pool', model.pool, parts.pooledGwei)
    credit('Operator', operator, parts.operatorGwei)
    model.royalties.forEach(({ account }, j) => {
      credit('Royalty', account, parts.royaltiesGwei[j] ?? 0n)
    })
    credit('Owner', model.owner, parts.ownerGwei)
    credit('Treasury', treasury, parts.treasuryGwei)
  })

  for (const row of credits.values()) facts.push({ table: 'credit', row })
  return facts
}
