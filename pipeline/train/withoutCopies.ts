/**
 * Near-copies are dropped before the last training, so that nothing of them is in the model that is paid for.
 *
 *     train on all rows → sketch → drop what reaches 0.70 → train on the kept rows → sketch → look again, until it holds
 *
 * docs/protocol.md, "Near-copies". A training moves sketches, so every look is by the codes of the last one: those that are
 * committed, and that a proof would be by.
 */
import { findCopiesFast, findKeptCopiesFast } from '../../attribution/fast/nearCopies.ts'
import { type Copies, findNearCopyFaults } from '../../attribution/nearCopies.ts'

/** What a training on the kept rows makes: at least the codes of all rows, in the order of acceptance. */
export interface Sketchable {
  readonly codes: readonly Int8Array[]
}

export interface LastTraining<Made> {
  readonly made: Made
  /** Dropped rows, each with the kept row that it copies. */
  readonly copies: Copies
  /** By row, whether it took part. */
  readonly trainedOn: readonly boolean[]
}

/**
 * Rows that come and go with every training would be looked at for ever. After so many, the last codes decide: what they drop is
 * dropped by any proof, though a row or two may have taken part in the training.
 */
const MOST_TRAININGS = 5

/** @param train Trains from a fresh start on the rows that are kept, and sketches all of them. */
export async function trainWithoutCopies<Made extends Sketchable>(
  rows: number,
  train: (kept: readonly boolean[]) => Promise<Made>,
): Promise<LastTraining<Made>> {
  let copies: Copies = new Map()
  for (let training = 1; ; training++) {
    const trainedOn = keptBy(copies, rows)
    const made = await train(trainedOn)
    if (training > 1 && holds(made.codes, copies)) return { made, copies, trainedOn }
    const found = findCopiesFast(made.codes)
    if (isSameDrop(found, copies) || training === MOST_TRAININGS) return { made, copies: found, trainedOn }
    copies = found
  }
}

/** Which of so many rows are kept. */
export function keptBy(copies: Copies, rows: number): readonly boolean[] {
  return Array.from({ length: rows }, (_, row) => !copies.has(row))
}

/** Whether no challenge would find a fault in what was dropped, and in what was not. */
function holds(codes: readonly Int8Array[], copies: Copies): boolean {
  const { kept, dropped } = findNearCopyFaults(codes, copies, findKeptCopiesFast)
  return kept.size === 0 && dropped.size === 0
}

function isSameDrop(a: Copies, b: Copies): boolean {
  return a.size === b.size && [...a.keys()].every((row) => b.has(row))
}
