import { type OpenedModel, openModel } from '../openModel.ts'
import type { OnDeployment, ReadingClient } from './client.ts'
import { readingOf } from './reading.ts'

export interface GetModelArgs extends OnDeployment {
  readonly model: number
}

/**
 * Everything that was registered of a fine-tune: its terms, its units, and whose they are. Asked of a node alone, which has
 * to keep logs since the deployment.
 *
 * @example
 * const { owner, terms, registered } = await getModel(client, { deployment, model: 2 })
 */
export async function getModel(client: ReadingClient, { deployment, model }: GetModelArgs): Promise<OpenedModel> {
  return await openModel(readingOf(client, deployment), model)
}
