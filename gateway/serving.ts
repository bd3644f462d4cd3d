import type { Sketcher } from '../attribution/sketcher.ts'
import type { Published } from '../pipeline/publish/publication.ts'
import type { Connection } from '../sdk/contracts.ts'
import { StopError } from '../sdk/errors.ts'
import { type OpenedModel, openModel } from '../sdk/openModel.ts'
import { recordDims } from '../sdk/predictPay.ts'
import { checkRowIndex } from '../sdk/unitFaults.ts'

/** What an operator works from: a model as it is registered, and the map that its publication sketches queries with. */
export interface Serving {
  readonly model: OpenedModel
  readonly operator: number
  /** Dimensions of the sketches in records, 0 for none. */
  readonly k: number
  /** There where records have sketches. */
  readonly sketcher: Sketcher | undefined
}

/** Opens a published model for an operator; refuses one that it may not serve, or whose rows would be proven false. */
export async function loadServing(connection: Connection, published: Published, operator: number): Promise<Serving> {
  const { publication, sketcher, indexFile } = published
  const model = await openModel(connection, publication.model)
  await requireAllowed(connection, model, operator)
  if (model.manifestHash !== publication.manifestHash) {
    throw new StopError(
      `Model ${model.model} was registered with another run than this publication is of`,
      { registered: model.manifestHash, published: publication.manifestHash },
      'Serve it from the publication that `model publish` wrote for it, on the chain that it was registered on.',
    )
  }
  if (indexFile !== undefined) requireSound(indexFile, model)
  const k = recordDims(model.terms)
  if (k > 0 && sketcher?.dims !== k) {
    throw new StopError(
      `Records of model ${model.model} have sketches of ${k} dimensions, and this publication has ${sketcher?.dims ?? 'no'}`,
      {},
      'Serve it from the publication that `model publish` wrote for it.',
    )
  }
  return { model, operator, k, sketcher: k > 0 ? sketcher : undefined }
}

async function requireAllowed(connection: Connection, { model, owner }: OpenedModel, operator: number): Promise<void> {
  const { reader, contracts } = connection
  const { clock, models } = contracts
  const [time, until, activeFrom, struckAt] = await Promise.all([
    reader.readContract({ ...clock, functionName: 'time' }),
    reader.readContract({ ...models, functionName: 'operatorUntil', args: [model, operator] }),
    reader.readContract({ ...models, functionName: 'activeFrom', args: [model] }),
    reader.readContract({ ...models, functionName: 'struckAt', args: [model] }),
  ])
  if (until <= time) {
    throw new StopError(
      `Account ${operator} may not record calls of model ${model}`,
      { owner },
      `The model’s owner can allow it: attribution model operators add ${model} ${operator}`,
    )
  }
  if (struckAt !== 0) {
    throw new StopError(
      `Model ${model} was struck: a unit of it was proven false, or its rows were not shown`,
      { struckAt },
      'It records nothing more. Register the model again with true units.',
    )
  }
  if (activeFrom > time) {
    throw new StopError(
      `Model ${model} takes no calls yet: its contributors have until ${new Date(activeFrom * 1_000).toISOString()} to check their rows`,
      { activeFrom, time },
      'Wait until then.',
    )
  }
}

/** An operator that serves a false model loses what its calls earn once the model is struck. */
function requireSound(indexFile: Uint8Array, model: OpenedModel): void {
  const checked = checkRowIndex(indexFile, model)
  if (checked === undefined) {
    throw new StopError(
      `This is not the row index of model ${model.model}`,
      { registered: model.index.root },
      'Fetch the file that the model’s registration names.',
    )
  }
  const [fault] = checked.faults
  if (fault === undefined) return
  throw new StopError(
    `The row index of model ${model.model} can be proven false`,
    { proof: fault.proof, faults: checked.faults.length },
    'Do not serve it: it is struck as soon as anybody proves it.',
  )
}
