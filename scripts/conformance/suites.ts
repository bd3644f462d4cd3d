import { readVectors } from '../../test/vectors/read.ts'

/** What a program is asked, and what it must answer. Both are JSON values. */
export interface Question {
  readonly suite: string
  readonly name: string
  readonly input: object
  readonly answer: object
}

type Vector = Readonly<Record<string, unknown>>

interface Suite {
  readonly file: `${string}.json`
  /** The fields of a vector that are given. */
  readonly given: readonly string[]
  /** The fields that are asked for; those that a vector lacks are not. */
  readonly asked: readonly string[]
}

/** docs/conformance.md explains each field. */
export const suites: Readonly<Record<string, Suite>> = {
  contribution: {
    file: 'contributions.json',
    given: ['dataset', 'contributor', 'items'],
    asked: ['root', 'contribution'],
  },
  journal: { file: 'journal.json', given: ['before', 'topics', 'data'], asked: ['eventHash', 'slot'] },
  receipt: {
    file: 'receipts.json',
    given: ['receipt'],
    asked: ['isSound', 'signer', 'channel', 'commitment', 'recordHash', 'feeUnits'],
  },
  batch: {
    file: 'batches.json',
    given: ['k', 'model', 'operator', 'channels', 'records', 'place', 'voidedIndex'],
    asked: ['channelIds', 'header', 'leaves', 'sum', 'commitment', 'proofs', 'voided'],
  },
  unit: {
    file: 'units.json',
    given: ['k', 'unitRows', 'multipliers', 'sketches'],
    asked: ['sums', 'peaks', 'codes', 'scales'],
  },
  settlement: {
    file: 'bookPays.json',
    given: [
      ...['contributorBps', 'operatorBps', 'royaltiesBps', 'treasuryBps', 'baseBps', 'floorBps', 'sketched'],
      ...['feeUnit', 'k', 'kept', 'scales', 'codes', 'fixed', 'struck', 'feeUnits', 'query', 'given'],
    ],
    asked: ['weights', 'floor', 'divisor', 'units', 'operator', 'owner', 'royalties', 'treasury', 'total'],
  },
}

export function questions(): readonly Question[] {
  return Object.entries(suites).flatMap(([suite, { file, given, asked }]) => {
    const vectors = readVectors<Vector>(file)
    return vectors.map((vector, i) => {
      const whole = { ...vector, ...derived(suite, vector, vectors[i - 1]) }
      return {
        suite,
        name: typeof vector.name === 'string' ? vector.name : `${i + 1}`,
        input: only(whole, given),
        answer: only(whole, asked),
      }
    })
  })
}

const EMPTY_JOURNAL = `0x${'0'.repeat(64)}`

/** What vectors hold elsewhere: the journal before an event, and where a batch stands. */
function derived(suite: string, vector: Vector, before: Vector | undefined): object {
  if (suite === 'journal') return { before: before?.slot ?? EMPTY_JOURNAL }
  if (suite !== 'batch') return {}
  const { batch, book, number, recordedIn } = vector.header as Vector
  const { index, ...voided } = vector.voided as Vector
  return { place: { batch, book, number, recordedIn }, voidedIndex: index, voided }
}

function only(vector: Vector, fields: readonly string[]): object {
  return Object.fromEntries(fields.flatMap((field) => (field in vector ? [[field, vector[field]]] : [])))
}
