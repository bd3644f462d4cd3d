import type { Hex } from 'viem'
import type { Reading } from './contracts.ts'
import { type OpenedModel, openModel } from './openModel.ts'

/** The fine-tunes that an account has a part in: as contributor, owner, owner of an ancestor, or operator. Asked of a node alone. */
export async function modelsOf(reading: Reading, account: number): Promise<readonly OpenedModel[]> {
  const { reader, contracts, fromBlock } = reading
  const { datasets, fineTunes, models } = contracts
  const [submitted, begun, entered, registered, served] = await Promise.all([
    reader.getContractEvents({
      ...datasets,
      eventName: 'ContributionSubmitted',
      args: { contributor: account },
      fromBlock,
      strict: true,
    }),
    reader.getContractEvents({ ...fineTunes, eventName: 'FineTuneBegun', fromBlock, strict: true }),
    reader.getContractEvents({ ...models, eventName: 'FineTuneEntered', fromBlock, strict: true }),
    reader.getContractEvents({ ...fineTunes, eventName: 'FineTuneRegistered', fromBlock, strict: true }),
    reader.getContractEvents({
      ...models,
      eventName: 'OperatorSet',
      args: { operator: account },
      fromBlock,
      strict: true,
    }),
  ])
  const contributed = new Set(submitted.map(({ args }) => args.dataset))
  const trainedOn = begun.flatMap(({ args: { model, fineTune } }) =>
    fineTune.versions.some((version) => contributed.has(Number(version >> 32n))) ? [model] : [],
  )
  const owned = entered.flatMap(({ args: { model, owner, royalties } }) =>
    owner === account || royalties.some((royalty) => royalty.account === account) ? [model] : [],
  )
  const finished = new Set(registered.map(({ args }) => args.model))
  const numbers = new Set([...trainedOn, ...owned, ...served.map(({ args }) => args.model)])
  const known = [...numbers].filter((model) => finished.has(model)).toSorted((a, b) => a - b)
  return await Promise.all(known.map((model) => openModel(reading, model)))
}

/** A contribution's place in a joint unit. */
export interface JointPlace {
  readonly model: number
  readonly unit: number
  readonly member: number
  readonly contribution: Hex
  readonly kept: number
  readonly unitKept: number
}

/** Where an account is a member of joint units of a model. */
export function jointPlaces({ model, plan, contributorOf }: OpenedModel, account: number): readonly JointPlace[] {
  return plan.units.flatMap(({ kind, kept: unitKept, members }, unit) => {
    if (kind === 'own') return []
    return members.flatMap(({ contribution, kept }, member): readonly JointPlace[] => {
      const id = plan.contributions[contribution]?.id as Hex
      if (contributorOf.get(id) !== account || kept === 0) return []
      return [{ model, unit, member, contribution: id, kept, unitKept }]
    })
  })
}
