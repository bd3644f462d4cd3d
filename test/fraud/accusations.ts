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
import { type Context, K, type RecordedBatch } from './context.ts'
import type { Deceit, Deceits } from './deceit.ts'
import type { Draw } from './draw.ts'

/** Every way to accuse those who did not lie: an honest model, and an operator that keeps its receipts. */
export const accusations: Deceits = {
  'a receipt that was kept is called broken': accuse('Court_ReceiptKept', (context, draw) => {
    const { batch, call, index } = aCall(context, draw)
    return receiptProof(context, draw, call.receipt, batch, proveRecord(batch.opened, index))
  }),
  'a receipt that was changed': accuse('Court_BadReceipt', (context, draw) => {
    const { batch, call, index } = aCall(context, draw)
    const receipt = { ...call.receipt, recordBy: call.receipt.recordBy + 1 + draw.below(1_000) }
    return receiptProof(context, draw, receipt, batch, proveRecord(batch.opened, index))
  }),
  'a receipt that its accuser signed': accuse('Court_BadReceipt', async (context, draw) => {
    const { batch, call, index } = aCall(context, draw)
    const { bits, feeUnits } = { bits: call.record.sketch, feeUnits: call.record.feeUnits + 1 }
    const { signature: _, record: __, ...draft } = call.receipt
    const receipt = await signReceipt(context.griefer.signer, { ...draft, bits, feeUnits })
    return receiptProof(context, draw, receipt, batch, proveRecord(batch.opened, index))
  }),
  'a receipt of another operator': accuse('Court_OtherRecord', (context, draw) => {
    const { batch, index } = aCall(context, draw)
    const [other] = context.liar.batches[0]?.calls ?? []
    return receiptProof(context, draw, (other as DrawnCall).receipt, batch, proveRecord(batch.opened, index))
  }),
  'a receipt of another call': accuse('Court_OtherCommitment', (context, draw) => {
    const { batch, index } = aCall(context, draw)
    const other = batch.calls[(index + 1) % batch.calls.length] as DrawnCall
    return receiptProof(context, draw, other.receipt, batch, proveRecord(batch.opened, index))
  }),
  'a receipt of another model': accuse('Court_OtherModel', (context, draw) => {
    const { batch, call, index } = aCall(context, draw)
    const receipt = { ...call.receipt, model: call.receipt.model + 1 }
    return receiptProof(context, draw, receipt, batch, proveRecord(batch.opened, index))
  }),
  'a record that was never recorded': accuse('Records_NotRecorded', (context, draw) => {
    const { batch, call, index } = aCall(context, draw)
    const { record, ...proof } = proveRecord(batch.opened, index)
    const other = { ...proof, record: { ...record, feeUnits: record.feeUnits + 1 } }
    return receiptProof(context, draw, call.receipt, batch, other)
  }),
  'a record that was promised for later': accuse('Court_DemandTooEarly', (context, draw) => {
    const { calls } = context.honest.batches.at(-1) as RecordedBatch
    return demandOf(context, draw, draw.pick(calls).receipt)
  }),
  'an honest unit is called false': accuse('UnitCourt_UnitSound', (context, draw) => {
    const unit = aUnit(context, draw)
    return falseUnit(context, draw, unit, rowsOf(context).units[unit] ?? [])
  }),
  'a unit without one of its rows': accuse('UnitCourt_OtherRows', (context, draw) => {
    const unit = aUnit(context, draw)
    const rows = rowsOf(context).units[unit] ?? []
    const at = draw.below(rows.length - 1)
    return falseUnit(context, draw, unit, rows.with(at, rows[at + 1] as Uint8Array))
  }),
  'a unit with a row too many': accuse('UnitCourt_TooManyRows', (context, draw) => {
    const unit = aUnit(context, draw)
    const rows = rowsOf(context).units[unit] ?? []
    return falseUnit(context, draw, unit, [...rows, draw.pick(rows)])
  }),
  'a unit that is not the model’s': accuse('UnitCourt_NotTheUnit', (context, draw) => {
    const unit = aUnit(context, draw)
    return falseUnit(context, draw, unit, rowsOf(context).units[unit] ?? [], { kept: 1 + draw.below(9) })
  }),
  'a total that was not registered': accuse('UnitCourt_OtherTotal', (context, draw) => {
    const unit = aUnit(context, draw)
    const total = bytesToHex(encodeUnitTotal(context.model.units.total.map((value) => value + 1)))
    return falseUnit(context, draw, unit, rowsOf(context).units[unit] ?? [], {}, total)
  }),
  'two rows that differ are called copies': accuse('UnitCourt_RowsSound', (context, draw) => {
    const [first, second] = [aRow(context, draw, 'kept'), aRow(context, draw, 'dropped')]
    return copyKept(context, draw, first, second)
  }),
  'a row is called a copy of itself': accuse('UnitCourt_SameRow', (context, draw) => {
    const row = aRow(context, draw, 'kept')
    return copyKept(context, draw, row, row)
  }),
  'a copy is called none': accuse('UnitCourt_RowsSound', (context, draw) => {
    const dropped = aRow(context, draw, 'dropped')
    return noCopy(context, draw, dropped, namedBy(context, dropped))
  }),
  'a copy of another row': accuse('UnitCourt_OtherTwin', (context, draw) => {
    const dropped = aRow(context, draw, 'dropped')
    const twin = namedBy(context, dropped)
    const other = kept(context).filter(({ unit, row }) => unit !== twin.unit || row !== twin.row)
    return noCopy(context, draw, dropped, draw.pick(other))
  }),
  'a challenge that nobody committed to': async (context, draw) => {
    const unit = aUnit(context, draw)
    const call = falseUnit(context, draw, unit, rowsOf(context).units[unit] ?? [])
    return { by: context.griefer.signer, call, error: 'Commitments_NotCommitted' }
  },
  'a demand that was never made is closed': async (context, draw) => {
    const call = callTo(context.local.connection.contracts.unitCourt, 'closeUnitDemand', [
      context.model.model,
      aUnit(context, draw),
      1_000 + draw.below(1_000),
    ])
    return { by: context.griefer.signer, call, error: 'UnitCourt_NotDemanded' }
  },
}

interface At {
  readonly unit: number
  readonly row: number
}

function accuse(error: string, challenge: (context: Context, draw: Draw) => ContractCall | Promise<ContractCall>) {
  return async (context: Context, draw: Draw): Promise<Deceit> => ({
    by: context.griefer.signer,
    call: await challenge(context, draw),
    error,
    isCommitted: true,
  })
}

function aCall({ honest }: Context, draw: Draw): { batch: RecordedBatch; call: DrawnCall; index: number } {
  const batch = draw.pick(honest.batches)
  const index = draw.below(batch.calls.length)
  return { batch, call: batch.calls[index] as DrawnCall, index }
}

function receiptProof(
  { local }: Context,
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
export function demandOf({ local }: Context, draw: Draw, receipt: Receipt): ContractCall {
  const signed = [signedReceipt(receipt), receipt.signature, promisedRecord(receipt)] as const
  return callTo(local.connection.contracts.court, 'demandRecord', [draw.hash(), receipt.operator, ...signed])
}

function rowsOf({ model }: Context): RawRowIndex {
  return splitRowIndex(model.units.file)
}

function aUnit({ model }: Context, draw: Draw): number {
  return draw.below(model.units.headers.length)
}

function falseUnit(
  { local, model }: Context,
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

function copyKept(context: Context, draw: Draw, first: At, second: At): ContractCall {
  const { model, local } = context
  const shown = [first, second].flatMap(({ unit, row }) => [
    showUnit(model.units.headers, unit),
    showRow(rowsOf(context), unit, row),
  ]) as [
    ReturnType<typeof showUnit>,
    ReturnType<typeof showRow>,
    ReturnType<typeof showUnit>,
    ReturnType<typeof showRow>,
  ]
  return callTo(local.connection.contracts.unitCourt, 'proveCopyKept', [draw.hash(), model.model, ...shown])
}

function noCopy(context: Context, draw: Draw, dropped: At, twin: At): ContractCall {
  const { headers } = context.model.units
  const raw = rowsOf(context)
  return callTo(context.local.connection.contracts.unitCourt, 'proveNoCopy', [
    draw.hash(),
    context.model.model,
    showUnit(headers, dropped.unit),
    showRow(raw, dropped.unit, dropped.row),
    showUnit(headers, twin.unit),
    showRow(raw, twin.unit, twin.row),
  ])
}

function kept(context: Context): readonly At[] {
  return places(context, (multiplier) => multiplier > 0)
}

function aRow(context: Context, draw: Draw, kind: 'kept' | 'dropped'): At {
  return draw.pick(places(context, (multiplier) => multiplier > 0 === (kind === 'kept')))
}

function places(context: Context, fits: (multiplier: number) => boolean): readonly At[] {
  return rowsOf(context).units.flatMap((rows, unit) =>
    rows.flatMap((row, r) => (fits(multiplierOf(row)) ? [{ unit, row: r }] : [])),
  )
}

function namedBy(context: Context, { unit, row }: At): At {
  const bytes = rowsOf(context).units[unit]?.[row] as Uint8Array
  return twinOf(bytes, K) as At
}
