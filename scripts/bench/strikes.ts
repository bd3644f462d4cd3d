import { bytesToHex, type Hex, hexToBytes } from 'viem'
import { encodeEntry } from '../../attribution/influenceIndex.ts'
import { randomSource } from '../../attribution/random.ts'
import { packSketch, quantise } from '../../attribution/sketch.ts'
import { batchRoot } from '../../sdk/batch.ts'
import { commitmentOf } from '../../sdk/court/proofs.ts'
import { decodeRecords, encodeRecords, type InferenceRecord } from '../../sdk/record.ts'
import { openBatch, proveRecord } from '../../sdk/recordProof.ts'
import { type Act, act } from '../../sdk/transact.ts'
import { calldataFloor } from './floor.ts'
import { inferenceBatch, normal } from './inferences.ts'
import { joined, largeTree } from './largeTree.ts'
import type { Measured } from './measured.ts'
import { fileHash, type Outcome, type Stage } from './stage.ts'

/** What it costs to strike: every kind of proof, against a model of 2^20 rows whose records list eight, 200 in a batch. */

const HEIGHT = 20
const TERMS = { dims: 256, topK: 8, rowCount: 2 ** HEIGHT }
const RECORDS = 200
const SEED = 6

export interface Struck {
  readonly register: (influence: {
    readonly root: Hex
    readonly dims: number
    readonly topK: number
    readonly rowCount: number
  }) => Promise<number>
  readonly record: (model: number, batch: Hex) => Promise<Outcome>
  readonly operator: number
  readonly payers: readonly number[]
  readonly contributorOf: (row: number) => number
  /** A contribution of the model's version. */
  readonly contribution: Hex
  /** Who holds an account and a bond. */
  readonly challenger: Hex
}

export async function measureStrikes(stage: Stage, struck: Struck): Promise<readonly Measured[]> {
  const { payers, contributorOf, challenger } = struck
  const drawn = inferenceBatch({ seed: SEED, records: RECORDS, terms: TERMS, payers, contributorOf })
  const records = [...decodeRecords(hexToBytes(drawn), TERMS)]
  const at = (index: number): InferenceRecord => records[index] as InferenceRecord
  // Two that list the same false row.
  records[LISTED_TOO] = { ...at(LISTED_TOO), rows: at(FOREIGN).rows }
  const batch = encodeRecords(records, TERMS)
  const rowsOf = (index: number): readonly number[] => at(index).rows.map(({ row }) => row)
  const first = (index: number): number => at(index).rows[0]?.row ?? 0
  const omitted = (first(OMITTING) + 12_345) % TERMS.rowCount

  const random = randomSource(SEED, 1)
  const sketch = () => packSketch(quantise(Float32Array.from({ length: TERMS.dims }, () => normal(random))))
  const contribution = struck.contribution
  const entry = (
    row: number,
    change: { sketch?: Uint8Array; contribution?: Hex } = {},
  ): readonly [number, Uint8Array] => [
    row,
    encodeEntry({ row, contribution, itemHash: fileHash(`item ${row}`), sketch: sketch(), ...change }, row + 1),
  ]
  const passing = first(ABSENT) - 1
  const [, passingEntry] = entry(passing)
  new DataView(passingEntry.buffer).setUint32(4, passing + 2)
  const shown = new Map([
    ...[...rowsOf(OPENING), ...rowsOf(WEIGHING)].map((row) => entry(row)),
    entry(first(OMITTING)),
    entry(omitted, { sketch: at(OMITTING).sketch }),
    entry(first(MISASSIGNED)),
    [passing, passingEntry] as const,
    entry(first(FOREIGN), { contribution: fileHash('nobody’s') }),
  ])
  const tree = largeTree(HEIGHT, shown, SEED)
  const entries = (...rows: readonly number[]) => {
    const ascending = [...rows].sort((a, b) => a - b)
    return { entries: joined(ascending.map((row) => shown.get(row) as Uint8Array)), ...tree.prove(ascending) }
  }

  const model = await struck.register({ root: tree.root, ...TERMS })
  await struck.record(model, bytesToHex(batch))
  const { number, epoch, treasuryBps } = await stage.lastBatch()
  const root = batchRoot(batch, TERMS.dims)
  const header = { batch: number, model, operator: struck.operator, epoch, count: RECORDS, treasuryBps, root }
  const opened = openBatch(header, batch, TERMS.dims)
  const call = (index: number) => proveRecord(opened, index)

  const { court } = stage
  const salt = fileHash('salt')
  const measured: Measured[] = []
  const strike = async (name: string, proof: Act, isAnnounced = true): Promise<void> => {
    const onCourt = { from: challenger, to: court.address, abi: court.abi }
    if (isAnnounced) {
      const announced = await stage.act({ ...onCourt, functionName: 'commit', args: [commitmentOf(challenger, proof)] })
      if (measured.length === 0) measured.push({ name: 'announce a proof', gas: announced.gas })
      await stage.mine(2)
    }
    const { gas, calldata } = await stage.act({ ...onCourt, functionName: proof.name, args: proof.args })
    measured.push({ name, gas, floor: calldataFloor(calldata) })
  }
  const weights = (index: number) => act(court, 'proveWrongWeights', [salt, call(index), entries(...rowsOf(index))])
  // The first strike of a bond, of a batch and for a challenger opens slots that later ones find.
  await strike('prove wrong weights, 8 of 2^20 rows, first of a batch', weights(OPENING))
  await strike('prove wrong weights, 8 of 2^20 rows', weights(WEIGHING))
  const both = entries(omitted, first(OMITTING))
  const place = omitted < first(OMITTING) ? 0n : 1n
  await strike('prove an omitted row, of 2^20', act(court, 'proveOmittedRow', [salt, call(OMITTING), both, place]))
  const misassigned = entries(first(MISASSIGNED))
  await strike('prove a wrong account', act(court, 'proveWrongAccount', [salt, call(MISASSIGNED), misassigned]))
  await strike(
    'prove an absent row',
    act(court, 'proveAbsentRow', [salt, call(ABSENT), first(ABSENT), entries(passing)]),
  )
  await strike('demand a row', act(court, 'demandRow', [salt, model, omitted]))
  const foreign = act(court, 'proveForeignRow', [salt, model, entries(first(FOREIGN)), [call(FOREIGN)]])
  await strike('prove a foreign row, and void one record with it', foreign)
  const voided = act(court, 'voidStruckRow', [model, first(FOREIGN), [call(LISTED_TOO)]])
  await strike('void a record that lists a struck row', voided, false)
  return measured
}

/** Which record of the batch is struck for what. */
const [OPENING, WEIGHING, OMITTING, MISASSIGNED, ABSENT, FOREIGN, LISTED_TOO] = [0, 1, 2, 3, 4, 5, 6] as const
