// Whether a gateway may take a call: pure, from what the chain says of operator and model, and what is answered and not recorded yet. A
// call is taken only if its record can be paid for, covered and recorded as its receipt promises.

import { bondOfAccount, bondOfModel } from '../sdk/bond.ts'
import type { Connection } from '../sdk/contracts.ts'
import { formatOpen } from '../sdk/units.ts'
import type { Serving } from './serving.ts'
import type { Pending } from './store/calls.ts'

/** What the chain says, at one moment. */
export interface Standing {
  readonly time: number
  readonly pausedUntil: number
  /** Until when the operator may record. */
  readonly operatorUntil: number
  readonly struckAt: number
  readonly activeFrom: number
  /** What the operator's bond covers beyond what is recorded. */
  readonly bondRoomGwei: bigint
  readonly modelRoomGwei: bigint
  readonly ratioBps: number
  readonly perRecordGwei: bigint
  /** Of the account that sends batches. */
  readonly balanceWei: bigint
  readonly gasPriceWei: bigint
}

/** What is not recorded yet, of all models of the operator. */
export interface Owed {
  readonly records: number
  readonly feesGwei: bigint
}

const GAS_A_BATCH = 500_000n
const GAS_A_RECORD = 8_000n

/** Why a call whose record must be on chain by `recordBy` is not taken; undefined where it is. */
export function reasonToRefuse(
  standing: Standing,
  owed: Owed,
  recordBy: number,
  topUpGwei: bigint,
): string | undefined {
  if (standing.struckAt !== 0) return 'the model was struck'
  if (standing.activeFrom > standing.time) return 'the model’s contributors are still checking their rows'
  if (standing.operatorUntil <= recordBy) return 'the operator may not record calls of the model for long enough'
  if (standing.pausedUntil > 0) return 'recording is paused'
  const exposedGwei =
    (owed.feesGwei * BigInt(standing.ratioBps)) / 10_000n + BigInt(owed.records) * standing.perRecordGwei
  if (exposedGwei > standing.bondRoomGwei + topUpGwei) {
    return `the operator’s bond covers ${formatOpen(standing.bondRoomGwei)} OPEN more, and this takes ${formatOpen(exposedGwei)}`
  }
  if (standing.modelRoomGwei < 0n) return `the model’s bond lacks ${formatOpen(-standing.modelRoomGwei)} OPEN`
  const gasWei = standing.gasPriceWei * (GAS_A_BATCH + BigInt(owed.records) * GAS_A_RECORD)
  if (standing.balanceWei < gasWei) return 'the operator’s account cannot pay for gas'
  return undefined
}

export async function readStanding(
  { reader, contracts }: Connection,
  { model: { model }, operator }: Serving,
  sender: `0x${string}`,
): Promise<Standing> {
  const { bonds, clock, models } = contracts
  const state = (bond: bigint) => reader.readContract({ ...bonds, functionName: 'bondStateOf', args: [bond] })
  const [time, pausedUntil, operatorUntil, struckAt, activeFrom, own, models_, rule, balanceWei, gasPriceWei] =
    await Promise.all([
      reader.readContract({ ...clock, functionName: 'time' }),
      reader.readContract({ ...clock, functionName: 'pausedUntil' }),
      reader.readContract({ ...models, functionName: 'operatorUntil', args: [model, operator] }),
      reader.readContract({ ...models, functionName: 'struckAt', args: [model] }),
      reader.readContract({ ...models, functionName: 'activeFrom', args: [model] }),
      state(bondOfAccount(operator)),
      state(bondOfModel(model)),
      reader.readContract({ ...bonds, functionName: 'rule' }),
      reader.getBalance({ address: sender }),
      reader.getGasPrice(),
    ])
  const isPaused = pausedUntil > Number((await reader.getBlock()).timestamp)
  return {
    time,
    pausedUntil: isPaused ? pausedUntil : 0,
    operatorUntil,
    struckAt,
    activeFrom,
    bondRoomGwei: own.balanceGwei - own.leavingGwei - own.heldGwei - own.exposedGwei - rule.minimumGwei,
    modelRoomGwei: models_.balanceGwei - models_.exposedGwei - models_.settledGwei - rule.minimumGwei,
    ratioBps: rule.ratioBps,
    perRecordGwei: rule.perRecordGwei,
    balanceWei,
    gasPriceWei,
  }
}

export function owedOf(pending: readonly Pending[], feeUnitOf: (model: number) => bigint): Owed {
  return {
    records: pending.reduce((sum, { records }) => sum + records, 0),
    feesGwei: pending.reduce((sum, { model, units }) => sum + BigInt(units) * feeUnitOf(model), 0n),
  }
}
