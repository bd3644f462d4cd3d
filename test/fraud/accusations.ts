import { bytesToHex, concatHex, type Hex } from 'viem'
import { encodeUnitTotal } from '../../attribution/unitTotalBytes.ts'
import { sumBytes } from '../../sdk/batch.ts'
import { type ContractCall, callTo } from '../../sdk/contractCall.ts'
import { multiplierOf, type RawRowIndex, splitRowIndex, twinOf } from '../../sdk/rawRowIndex.ts'
import { promisedRecord, type Receipt, signedReceipt, signReceipt } from '../../sdk/receipt.ts'
import { proveRecord, type RecordProof } from '../../sdk/recordProof.ts'
import { nothingRead } from '../../sdk/rowsRead.ts'
import { showRow, showUnit } from '../../sdk/unitProof.ts'
import type { DrawnCall } from '../support/localBatches.ts'
import type { Deceit, Deceits } from './deceit.ts'
import type { Draw } from './draw.ts'
import { K, type RecordedBatch, type Stage } from './stage.ts'

/** Every way to accuse those who did not lie: an honest model, and an operator that keeps its receipts. */
export const accusations: Deceits = {
  'a receipt that was kept is called broken': accuse('Court_ReceiptKept', (stage, draw) => {
    const { batch, call, index } = aCall(stage, draw)
    return receiptProof(stage, draw, call.receipt, batch, proveRecord(batch.opened, index))
  }),
  'a receipt that was changed': accuse('Court_BadReceipt', (stage, draw) => {
    const { batch, call, index } = aCall(stage, draw)
    const receipt = { ...call.receipt, recordBy: call.receipt.recordBy + 1 + draw.below(1_000) }
    return receiptProof(stage, draw, receipt, batch, proveRecord(batch.opened, index))
  }),
  'a receipt that its accuser signed': accuse('Court_BadReceipt', async (stage, draw) => {
    const { batch, call, index } = aCall(stage, draw)
    const { bits, feeUnits } = { bits: call.record.sketch, feeUnits: call.record.feeUnits + 1 }
    const { signature: _, record: __, ...draft } = call.receipt
    const receipt = await signReceipt(stage.griefer.signer, { ...draft, bits, feeUnits })
    return receiptProof(stage, draw, receipt, batch, proveRecord(batch.opened, index))
  }),
  'a receipt of another operator': accuse('Court_OtherRecord', (stage, draw) => {
    const { batch, index } = aCall(stage, draw)
    const [other] = stage.liar.batches[0]?.calls ?? []
    return receiptProof(stage, draw, (other as DrawnCall).receipt, batch, proveRecord(batch.opened, index))
  }),
  'a receipt of another call': accuse('Court_OtherCommitment', (stage, draw) => {
    const { batch, index } = aCall(stage, draw)
    const other = batch.calls[(index + 1) % batch.calls.length] as DrawnCall
    return receiptProof(stage, draw, other.receipt, batch, proveRecord(batch.opened, index))
  }),
  'a receipt of another model': accuse('Court_OtherModel', (stage, draw) => {
    const { batch, call, index } = aCall(stage, draw)
    const receipt = { ...call.receipt, model: call.receipt.model + 1 }
    return receiptProof(stage, draw, receipt, batch, proveRecord(batch.opened, index))
  }),
  'a record that was never recorded': accuse('Records_NotRecorded', (stage, draw) => {
    const { batch, call, index } = aCall(stage, draw)
    const { record, ...proof } = proveRecord(batch.opened, index)
    const other = { ...proof, record: { ...record, feeUnits: record.feeUnits + 1 } }
    return receiptProof(stage, draw, call.receipt, batch, other)
  }),
  'a record that was promised for later': accuse('Court_DemandTooEarly', (stage, draw) => {
    const { calls } = stage.honest.batches.at(-1) as RecordedBatch
    return demandOf(stage, draw, draw.pick(calls).receipt)
  }),
  'an honest unit is called false': accuse('UnitCourt_UnitSound', (stage, draw) => {
    const unit = aUnit(stage, draw)
    return falseUnit(stage, draw, unit, rowsOf(stage).units[unit] ?? [])
  }),
  'a unit without one of its rows': accuse('UnitCourt_OtherRows', (stage, draw) => {
    const unit = aUnit(stage, draw)
    const rows = rowsOf(stage).units[unit] ?? []
    const at = draw.below(rows.length - 1)
    return falseUnit(stage, draw, unit, rows.with(at, rows[at + 1] as Uint8Array))
  }),
  'a unit with a row too many': accuse('UnitCourt_TooManyRows', (stage, draw) => {
    const unit = aUnit(stage, draw)
    const rows = rowsOf(stage).units[unit] ?? []
    return falseUnit(stage, draw, unit, [...rows, draw.pick(rows)])
  }),
  'a unit that is not the model’s': accuse('UnitCourt_NotTheUnit', (stage, draw) => {
    const unit = aUnit(stage, draw)
    return falseUnit(stage, draw, unit, rowsOf(stage).units[unit] ?? [], { kept: 1 + draw.below(9) })
  }),
  'a total that was not registered': accuse('UnitCourt_OtherTotal', (stage, draw) => {
    const unit = aUnit(stage, draw)
    const total = bytesToHex(encodeUnitTotal(stage.model.units.total.map((value) => value + 1)))
    return falseUnit(stage, draw, unit, rowsOf(stage).units[unit] ?? [], {}, total)
  }),
  'two rows that differ are called copies': accuse('UnitCourt_RowsSound', (stage, draw) => {
    const [first, second] = [aRow(stage, draw, 'kept'), aRow(stage, draw, 'dropped')]
    return copyKept(stage, draw, first, second)
  }),
  'a row is called a copy of itself': accuse('UnitCourt_SameRow', (stage, draw) => {
    const row = aRow(stage, draw, 'kept')
    return copyKept(stage, draw, row, row)
  }),
  'a copy is called none': accuse('UnitCourt_RowsSound', (stage, draw) => {
    const dropped = aRow(stage, draw, 'dropped')
    return noCopy(stage, draw, dropped, namedBy(stage, dropped))
  }),
  'a copy of another row': accuse('UnitCourt_OtherTwin', (stage, draw) => {
    const dropped = aRow(stage, draw, 'dropped')
    const twin = namedBy(stage, dropped)
    const other = kept(stage).filter(({ unit, row }) => unit !== twin.unit || row !== twin.row)
    return noCopy(stage, draw, dropped, draw.pick(other))
  }),
  'a challenge that nobody committed to': async (stage, draw) => {
    const unit = aUnit(stage, draw)
    const call = falseUnit(stage, draw, unit, rowsOf(stage).units[unit] ?? [])
    return { by: stage.griefer.signer, call, error: 'Commitments_NotCommitted' }
  },
  'a demand that was never made is closed': async (stage, draw) => {
    const call = callTo(stage.local.connection.contracts.unitCourt, 'closeUnitDemand', [
      stage.model.model,
      aUnit(stage, draw),
      1_000 + draw.below(1_000),
    ])
    return { by: stage.griefer.signer, call, error: 'UnitCourt_NotDemanded' }
  },
}

interface At {
  readonly unit: number
  readonly row: number
}

function accuse(error: string, challenge: (stage: Stage, draw: Draw) => ContractCall | Promise<ContractCall>) {
  return async (stage: Stage, draw: Draw): Promise<Deceit> => ({
    by: stage.griefer.signer,
    call: await challenge(stage, draw),
    error,
    isCommitted: true,
  })
}

function aCall({ honest }: Stage, draw: Draw): { batch: RecordedBatch; call: DrawnCall; index: number } {
  const batch = draw.pick(honest.batches)
  const index = draw.below(batch.calls.length)
  return { batch, call: batch.calls[index] as DrawnCall, index }
}

function receiptProof(
  { local }: Stage,
  draw: Draw,
  receipt: Receipt,
  { opened }: RecordedBatch,
  proof: RecordProof,
): ContractCall {
  const signed = [signedReceipt(receipt), receipt.signature, promisedRecord(receipt)] as const
  const { court } = local.connection.contracts
  return callTo(court, 'proveBrokenReceipt', [draw.hash(), ...signed, proof, sumBytes(opened)])
}

/** Asks for the record of a receipt. */
export function demandOf({ local }: Stage, draw: Draw, receipt: Receipt): ContractCall {
  const signed = [signedReceipt(receipt), receipt.signature, promisedRecord(receipt)] as const
  return callTo(local.connection.contracts.court, 'demandRecord', [draw.hash(), receipt.operator, ...signed])
}

function rowsOf({ model }: Stage): RawRowIndex {
  return splitRowIndex(model.units.file)
}

function aUnit({ model }: Stage, draw: Draw): number {
  return draw.below(model.units.headers.length)
}

function falseUnit(
  { local, model }: Stage,
  draw: Draw,
  unit: number,
  rows: readonly Uint8Array[],
  other: { readonly kept?: number } = {},
  total: Hex = bytesToHex(encodeUnitTotal(model.units.total)),
): ContractCall {
  const { headers } = model.units
  const read = nothingRead({ k: K, unitCount: headers.length, total: model.units.total })
  const shown = { ...showUnit(headers, unit), ...other }
  const bytes = concatHex(rows.map((row) => bytesToHex(row)))
  return callTo(local.connection.contracts.unitCourt, 'proveFalseUnit', [
    draw.hash(),
    model.model,
    shown,
    total,
    bytes,
    read,
  ])
}

function copyKept(stage: Stage, draw: Draw, first: At, second: At): ContractCall {
  const { model, local } = stage
  const shown = [first, second].flatMap(({ unit, row }) => [
    showUnit(model.units.headers, unit),
    showRow(rowsOf(stage), unit, row),
  ]) as [
    ReturnType<typeof showUnit>,
    ReturnType<typeof showRow>,
    ReturnType<typeof showUnit>,
    ReturnType<typeof showRow>,
  ]
  return callTo(local.connection.contracts.unitCourt, 'proveCopyKept', [draw.hash(), model.model, ...shown])
}

function noCopy(stage: Stage, draw: Draw, dropped: At, twin: At): ContractCall {
  const { headers } = stage.model.units
  const raw = rowsOf(stage)
  return callTo(stage.local.connection.contracts.unitCourt, 'proveNoCopy', [
    draw.hash(),
    stage.model.model,
    showUnit(headers, dropped.unit),
    showRow(raw, dropped.unit, dropped.row),
    showUnit(headers, twin.unit),
    showRow(raw, twin.unit, twin.row),
  ])
}

function kept(stage: Stage): readonly At[] {
  return places(stage, (multiplier) => multiplier > 0)
}

function aRow(stage: Stage, draw: Draw, kind: 'kept' | 'dropped'): At {
  return draw.pick(places(stage, (multiplier) => multiplier > 0 === (kind === 'kept')))
}

function places(stage: Stage, fits: (multiplier: number) => boolean): readonly At[] {
  return rowsOf(stage).units.flatMap((rows, unit) =>
    rows.flatMap((row, r) => (fits(multiplierOf(row)) ? [{ unit, row: r }] : [])),
  )
}

function namedBy(stage: Stage, { unit, row }: At): At {
  const bytes = rowsOf(stage).units[unit]?.[row] as Uint8Array
  return twinOf(bytes, K) as At
}
