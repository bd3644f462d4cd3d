import { type ContractEventArgsFromTopics, type ContractEventName, type Hex, hexToBytes } from 'viem'
import type { UnitPlan } from '../attribution/unitPlan.ts'
import type { abis, Reading } from './contracts.ts'
import { StopError } from './errors.ts'
import type { ModelPayTerms } from './predictPay.ts'
import { decodeRegisteredUnits, planOf, type RegisteredUnits } from './registeredUnits.ts'

/** Everything that was registered of a fine-tune, asked of a node alone: its terms, its units, and whose they are. */
export interface OpenedModel {
  readonly model: number
  readonly parent: number
  readonly owner: number
  readonly versions: readonly bigint[]
  readonly manifestHash: Hex
  readonly terms: ModelPayTerms
  /** To owners of its ancestors, on every fee. */
  readonly royalties: readonly { readonly account: number; readonly bps: number }[]
  /** The file of its rows. */
  readonly index: { readonly fileHash: Hex; readonly fileURI: string; readonly root: Hex }
  /** Of the sum of its units. */
  readonly totalHash: Hex
  /** The greatest peak of a unit, by which scales are taken. */
  readonly maxPeak: number
  readonly registered: RegisteredUnits
  readonly plan: UnitPlan
  readonly contributorOf: ReadonlyMap<Hex, number>
}

/** As many as one call is asked about. */
const A_CALL = 500

export async function openModel(reading: Reading, model: number): Promise<OpenedModel> {
  const { reader, contracts, fromBlock } = reading
  const { fineTunes, models } = contracts
  const args = { model }
  const [[begun], [registered], [entered], pages] = await Promise.all([
    reader.getContractEvents({ ...fineTunes, eventName: 'FineTuneBegun', args, fromBlock, strict: true }),
    reader.getContractEvents({ ...fineTunes, eventName: 'FineTuneRegistered', args, fromBlock, strict: true }),
    reader.getContractEvents({ ...models, eventName: 'FineTuneEntered', args, fromBlock, strict: true }),
    reader.getContractEvents({ ...fineTunes, eventName: 'UnitsRegistered', args, fromBlock, strict: true }),
  ])
  if (begun === undefined || registered === undefined || entered === undefined) {
    throw new StopError(
      `Model ${model} is not a fine-tune whose units are all registered on this chain`,
      {},
      'Name a registered fine-tune; base models have no units and take no calls.',
    )
  }
  const { contributions } = unitsOf(
    pages.map((page) => page.args),
    entered.args.terms.dims,
  )
  const members = await membersOfVersions(reading, begun.args.fineTune.versions, contributions)
  return assembleModel({
    ...entered.args,
    ...registered.args,
    fineTune: begun.args.fineTune,
    pages: pages.map((page) => page.args),
    memberOf: (id) => members.get(id),
  })
}

type EventArgs<
  contract extends 'fineTunes' | 'models',
  name extends ContractEventName<(typeof abis)[contract]>,
> = ContractEventArgsFromTopics<(typeof abis)[contract], name, true>

/** What events tell of a fine-tune. */
export type ModelFacts = EventArgs<'models', 'FineTuneEntered'> &
  Pick<EventArgs<'fineTunes', 'FineTuneRegistered'>, 'indexRoot' | 'totalHash'> &
  Pick<EventArgs<'fineTunes', 'FineTuneBegun'>, 'fineTune'> & {
    readonly pages: readonly EventArgs<'fineTunes', 'UnitsRegistered'>[]
    /** Of every contribution of its versions. */
    readonly memberOf: (contribution: Hex) => { readonly contributor: number; readonly items: number } | undefined
  }

/** The same from events that somebody has read already. */
export function assembleModel(facts: ModelFacts): OpenedModel {
  const { model, parent, owner, fineTune, terms, royalties, memberOf } = facts
  const registered = unitsOf(facts.pages, terms.dims)
  const contributors = registered.contributions.map(({ id }): [Hex, number] => [id, memberOf(id)?.contributor ?? 0])
  return {
    model,
    parent,
    owner,
    versions: fineTune.versions,
    manifestHash: fineTune.manifestHash,
    terms: {
      contributorBps: terms.shares.contributorBps,
      operatorBps: terms.shares.operatorBps,
      royaltiesBps: royalties.map(({ bps }) => bps),
      baseBps: terms.pay.baseBps,
      floorBps: terms.pay.floorBps,
      sketched: terms.pay.sketched,
      feeUnitGwei: BigInt(terms.pay.feeUnitGwei),
      dims: terms.dims,
    },
    royalties,
    index: { ...fineTune.index, root: facts.indexRoot },
    totalHash: facts.totalHash,
    maxPeak: fineTune.plan.maxPeak,
    registered,
    plan: planOf(registered, (id) => memberOf(id)?.items ?? 0),
    contributorOf: new Map(contributors),
  }
}

function unitsOf(pages: ModelFacts['pages'], dims: number): RegisteredUnits {
  return decodeRegisteredUnits(
    pages.map(({ firstUnit, contributions, units }) => ({
      firstUnit,
      contributions: hexToBytes(contributions),
      units: hexToBytes(units),
    })),
    dims,
  )
}

/** Units that were struck before a book's window ended, which count nothing in it. */
export async function struckUnits(
  { reader, contracts, fromBlock }: Reading,
  model: number,
  until: number,
): Promise<ReadonlySet<number>> {
  const events = await reader.getContractEvents({
    ...contracts.models,
    eventName: 'UnitStruck',
    args: { model },
    fromBlock,
    strict: true,
  })
  return new Set(events.flatMap(({ args }) => (args.struckAt < until ? [args.unit] : [])))
}

async function membersOfVersions(
  { reader, contracts }: Reading,
  versions: readonly bigint[],
  contributions: RegisteredUnits['contributions'],
): Promise<ReadonlyMap<Hex, { readonly contributor: number; readonly items: number }>> {
  const found = new Map<Hex, { readonly contributor: number; readonly items: number }>()
  for (let at = 0; at < contributions.length; at += A_CALL) {
    const ids = contributions.slice(at, at + A_CALL).map(({ id }) => id)
    const args = [versions, ids] as const
    const members = await reader.readContract({ ...contracts.datasets, functionName: 'membersOf', args })
    ids.forEach((id, i) => {
      const member = members[i]
      if (member !== undefined) found.set(id, { contributor: member.contributor, items: member.itemCount })
    })
  }
  return found
}
