import type { Hex } from 'viem'
import { expect } from 'vitest'
import { memberDraw } from '../../../attribution/bookPay.ts'
import { type Moment, readerAt, rowsOf } from './asked.ts'

/** Models and their units, datasets and their contributions, by the indexer and by the contracts. */

const FOR_GOOD = 2 ** 40 - 1

export async function modelsAreTrue(moment: Moment): Promise<void> {
  const { contracts, read } = readerAt(moment)
  const contract = contracts.models
  const time = await read({ ...contracts.clock, functionName: 'time' })
  const models = await rowsOf<{ id: number; kind: string; state: string }>(
    moment,
    'models',
    'id: modelId kind state owner: ownerId parent: parentId struckAt activeFrom',
  )
  expect(models).toHaveLength(await read({ ...contract, functionName: 'modelCount' }))
  for (const { id, kind, state, ...model } of models) {
    const args = [id] as const
    const [struckAt, activeFrom] = [
      await read({ ...contract, functionName: 'struckAt', args }),
      await read({ ...contract, functionName: 'activeFrom', args }),
    ]
    expect(model).toEqual({
      owner: await read({ ...contract, functionName: 'ownerOf', args }),
      parent: (await read({ ...contract, functionName: 'parentOf', args })) || null,
      struckAt: struckAt || null,
      activeFrom: activeFrom || null,
    })
    const served = struckAt ? 'Struck' : activeFrom === 0 ? 'Registering' : activeFrom > time ? 'Waiting' : 'Active'
    expect(state).toBe(kind === 'Base' ? 'Base' : served)
  }
  const operators = await rowsOf<{ model: number; operator: number; until: number | null; active: boolean }>(
    moment,
    'operators',
    'model: modelId operator: operatorId until active',
  )
  for (const { model, operator, until, active } of operators) {
    const found = await read({ ...contract, functionName: 'operatorUntil', args: [model, operator] })
    expect([until ?? FOR_GOOD, active]).toEqual([found, found === FOR_GOOD || found > time])
  }
}

export async function unitsAreTrue(moment: Moment): Promise<void> {
  const { contracts, read } = readerAt(moment)
  const { earnings, models } = contracts
  const units = await rowsOf<Unit>(
    moment,
    'units',
    'model: modelId unit: unitId joint payee: payeeId keptRows scale fixedWeight sketch receivedGwei ofModel: model { activeFrom }',
  )
  for (const { model, unit, joint, receivedGwei, ofModel, ...rest } of units) {
    // What a registration that is not done has so far, nobody says.
    if (ofModel.activeFrom === null) continue
    const args = [model, unit] as const
    const [payee, keptRows, scale, fixedWeight, sketch] = await read({ ...models, functionName: 'unitOf', args })
    const found = { payee: payee || null, keptRows, scale, fixedWeight: `${fixedWeight}`, sketch }
    expect({ model, unit, ...rest }).toEqual({ model, unit, ...found })
    if (joint === null) continue
    expect(receivedGwei).toBe(`${await read({ ...earnings, functionName: 'receivedOf', args })}`)
  }
  const members = await rowsOf<Member>(
    moment,
    'unitMembers',
    'model: modelId unit: unitId member contributor: contributorId keptRows drawnGwei drawableGwei sharedUnit: unit { receivedGwei ofModel: model { activeFrom } }',
  )
  for (const { model, unit, member, sharedUnit, ...rest } of members) {
    if (unit === null || sharedUnit?.ofModel.activeFrom == null) continue
    const args = [model, unit, member] as const
    const [contributor, keptRows, unitKept] = await read({ ...models, functionName: 'memberOf', args })
    const drawn = await read({ ...earnings, functionName: 'drawnOf', args })
    const drawable = unitKept === 0 ? 0n : memberDraw(BigInt(sharedUnit.receivedGwei), keptRows, unitKept, drawn)
    const found = { contributor, keptRows, drawnGwei: `${drawn}`, drawableGwei: `${drawable}` }
    expect({ model, unit, member, ...rest }).toEqual({ model, unit, member, ...found })
  }
}

interface Unit {
  readonly model: number
  readonly unit: number
  readonly joint: number | null
  readonly receivedGwei: string
  readonly ofModel: { readonly activeFrom: number | null }
}

interface Member {
  readonly model: number
  readonly unit: number | null
  readonly member: number
  readonly sharedUnit: Pick<Unit, 'receivedGwei' | 'ofModel'> | null
}

export async function datasetsAreTrue(moment: Moment): Promise<void> {
  const { contracts, read } = readerAt(moment)
  const contract = contracts.datasets
  const statuses = ['None', 'Submitted', 'Accepted', 'Rejected', 'Withdrawn']
  const contributions = await rowsOf<{ id: Hex }>(
    moment,
    'contributions',
    'id: contributionId status acceptedAt withdrawnAt',
  )
  for (const contribution of contributions) {
    const found = await read({ ...contract, functionName: 'contributionOf', args: [contribution.id] })
    expect(contribution).toEqual({
      id: contribution.id,
      status: statuses[found.status],
      acceptedAt: found.acceptedAt || null,
      withdrawnAt: found.withdrawnAt || null,
    })
  }
  const datasets = await rowsOf<{ id: number }>(
    moment,
    'datasets',
    'id: datasetId curator contributionCount acceptedCount versionCount',
  )
  for (const { id, ...dataset } of datasets) {
    const found = await read({ ...contract, functionName: 'datasetOf', args: [id] })
    expect(dataset).toEqual({ ...found, curator: found.curator.toLowerCase() })
  }
  const versions = await rowsOf<Version>(
    moment,
    'versions',
    'id: versionId contributionCount itemCount contributions { items { id: contributionId } }',
  )
  for (const { id, contributionCount, itemCount, contributions: held } of versions) {
    const version = BigInt(id)
    const found = await read({ ...contract, functionName: 'versionOf', args: [version] })
    expect([held.items.length, itemCount]).toEqual([contributionCount, `${found.itemCount}`])
    for (const { id: contribution } of held.items) {
      expect(await read({ ...contract, functionName: 'includes', args: [version, contribution] })).toBe(true)
    }
  }
}

interface Version {
  readonly id: string
  readonly contributionCount: number
  readonly itemCount: string
  readonly contributions: { readonly items: readonly { readonly id: Hex }[] }
}
