import { type Hex, zeroHash } from 'viem'
import { type Attributor, attributorOf } from '../../attribution/fast/attributor.ts'
import { indexTreeOf } from '../../attribution/fast/indexTree.ts'
import { decodeIndex } from '../../attribution/influenceIndex.ts'
import { rootOf } from '../../attribution/merkle.ts'
import type { Connection } from '../../sdk/contracts.ts'
import { StopError } from '../../sdk/errors.ts'
import type { RecordTerms } from '../../sdk/record.ts'
import { findContribution } from '../publish/contribution.ts'

/** What an operator works from: the model's terms on chain, and the influence index that its registration commits to. */
export interface Serving {
  readonly model: number
  readonly operator: number
  readonly terms: RecordTerms
  /** Credits nothing where contributors share equally. */
  readonly attribute: Attributor
  /** Whom a row is credited to. */
  readonly accountOfRow: ReadonlyMap<number, number>
}

/** @param indexFile The influence index; none for a model whose contributors share equally. */
export async function loadServing(
  connection: Connection,
  model: number,
  operator: number,
  indexFile: Uint8Array | undefined,
): Promise<Serving> {
  const { reader, contracts } = connection
  const { models } = contracts
  const [terms, root, allowed] = await Promise.all([
    reader.readContract({ ...models, functionName: 'servingTerms', args: [model] }),
    reader.readContract({ ...models, functionName: 'influenceRootOf', args: [model] }),
    reader.readContract({ ...models, functionName: 'isOperator', args: [model, operator] }),
  ])
  if (!allowed) {
    throw new StopError(
      `Account ${operator} may not record calls of model ${model}`,
      { owner: terms.owner },
      'Ask the model’s owner to allow it with setOperator.',
    )
  }
  const served = { model, operator, terms: { dims: terms.dims, topK: terms.topK, rowCount: terms.rowCount } }
  if (root === zeroHash) return { ...served, attribute: () => [], accountOfRow: new Map() }
  if (indexFile === undefined) {
    throw new StopError(
      `Model ${model} pays by attribution, and its influence index was not given`,
      { root },
      'Serve it from the publication that publish-run wrote for it.',
    )
  }
  const index = decodeIndex(indexFile)
  const found = rootOf(indexTreeOf(indexFile))
  if (found !== root) {
    throw new StopError(
      `This is not the influence index of model ${model}`,
      { root: found, registered: root },
      'Fetch the file that the model’s registration names.',
    )
  }
  const contributors = await contributorsOf(connection, new Set(index.entries.map(({ contribution }) => contribution)))
  return {
    ...served,
    attribute: attributorOf(index.entries, index.dims),
    accountOfRow: new Map(
      index.entries.map(({ row, contribution }) => {
        const account = contributors.get(contribution)
        if (account === undefined) throw new Error(`The contributor of ${contribution} was asked for and is missing`)
        return [row, account]
      }),
    ),
  }
}

/** Who submitted each of `contributions`; refuses one that nobody did. */
async function contributorsOf(
  connection: Connection,
  contributions: ReadonlySet<Hex>,
): Promise<ReadonlyMap<Hex, number>> {
  const pairs = await Promise.all(
    [...contributions].map(async (contribution) => {
      const found = await findContribution(connection, contribution)
      if (found !== undefined) return [contribution, found.contributor] as const
      throw new StopError(
        `The influence index credits contribution ${contribution}, which does not exist on chain`,
        {},
        'Serve a model whose index was published by publishRun, which checks this.',
      )
    }),
  )
  return new Map(pairs)
}
