import { bytesToHex, type Hex } from 'viem'
import { contribution } from '../entities/contribution.ts'
import { model } from '../entities/model.ts'
import type { Context } from '../query/context.ts'
import type { Row } from '../query/entity.ts'

/**
 * Which contribution a credited row came from stands in the model's influence index, a file that the chain only commits to.
 * So it is known where this indexer has that file, and checked against the hash that the model was registered with.
 */

export const creditedContributionSdl = `
extend type Attribution {
  "The contribution that the row came from; null where this indexer lacks the model’s influence index."
  contribution: Contribution
}
`

export const creditedContributionResolvers = {
  Attribution: {
    contribution: async (attribution: Row, _: object, context: Context): Promise<Row | undefined> => {
      const { at } = attribution
      const called = await context.linkedOne(model, at, ['id'], [attribution.model])
      const index = await context.blob(called?.indexHash as Hex)
      const id = index === undefined ? undefined : contributionOfRow(index, Number(attribution.row))
      return id === undefined ? undefined : await context.linkedOne(contribution, at, ['id'], [id])
    },
  },
}

// docs/protocol.md, "Influence index file": entries are of one size and ascend by row, so a row is found by bisection.
const HEADER = 20
const CONTRIBUTION_AT = 4 + 4
const ENTRY_HEAD = CONTRIBUTION_AT + 32 + 32

export function contributionOfRow(file: Uint8Array, row: number): Hex | undefined {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  const size = ENTRY_HEAD + view.getUint32(8) / 2
  let low = 0
  let high = view.getUint32(16) - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const start = HEADER + middle * size
    const found = view.getUint32(start)
    if (found === row) return bytesToHex(file.subarray(start + CONTRIBUTION_AT, start + CONTRIBUTION_AT + 32))
    if (found < row) low = middle + 1
    else high = middle - 1
  }
  return undefined
}
