// Models and their units (contracts/Models.sol, contracts/FineTunes.sol).

import type { Hex } from 'viem'
import { fixedWeights, normFloor, totalOf } from '../../attribution/fixedWeights.ts'
import { unpackSketch } from '../../attribution/sketch.ts'
import { unitTotalHash } from '../../attribution/unitTotalBytes.ts'
import type { EventOrigin } from '../../chain/events/eventOrigin.ts'
import { modelSlots, strikeSlot, strikesSlot } from '../../sdk/ledgerStorage.ts'
import type { ExpectedSlot } from '../storage/expectedSlot.ts'
import { mappedSlot, packed } from '../storage/words.ts'
import type { Model, ModelsWorld } from '../world/models.ts'
import { NO_ADDRESS } from './accounts.ts'
import { timeIn } from './clock.ts'
import { expectTold, type Handlers } from './step.ts'

const [LINEAGES, OPERATORS, STRUCK_TIMES] = [6, 8, 9]
const STRIKES_A_SLOT = 6
const NO_HASH: Hex = `0x${'00'.repeat(32)}`

export const modelHandlers: Handlers = {
  baseModelRegistered: (step, { model, owner, royaltyBps }) => {
    expectTold(step, 'Models are not numbered one after the other', model, step.world.models.size + 1)
    step.world.models.set(model, { ...newModel(step.at), owner, royaltyBps: Number(royaltyBps) })
  },
  fineTuneEntered: (step, row) => {
    const { model, owner, parent, sketched, feeUnitGwei } = row
    expectTold(step, 'Models are not numbered one after the other', model, step.world.models.size + 1)
    step.world.models.set(model, {
      ...newModel(step.at),
      owner,
      parent,
      sketched,
      feeUnitGwei,
      royaltyBps: Number(row.royaltyBps),
      contributorBps: Number(row.contributorBps),
      operatorBps: Number(row.operatorBps),
      baseBps: Number(row.baseBps),
      floorBps: Number(row.floorBps),
      dims: Number(row.dims),
    })
  },
  royaltyOwed: ({ world }, { model, account, bps }) => {
    world.models.get(model)?.royalties.push({ account, bps: Number(bps) })
  },
  fineTuneBegun: ({ world }, { model, indexHash, indexUri, manifestHash, maxPeak }) => {
    const index = world.models.get(model)?.index
    if (index !== undefined)
      Object.assign(index, { hash: indexHash, uri: indexUri, manifestHash, maxPeak: Number(maxPeak) })
  },
  trainedOn: ({ world }, { model, version }) => {
    world.models.get(model)?.index.versions.push(version)
  },
  unitMember: ({ world }, { model, joint, contribution, kept }) => {
    const joining = world.models.get(model)?.joining
    joining?.set(joint, [...(joining.get(joint) ?? []), { contribution, kept: Number(kept) }])
  },
  unitKept: (step, { model, unit, joint, payee, contribution, kept, scale, fixedWeight }) => {
    const known = step.world.models.get(model)
    if (known === undefined) return
    const members = joint === null ? [] : (known.joining.get(joint) ?? [])
    known.units[unit] = {
      payee: payee ?? 0,
      contribution: contribution ?? undefined,
      kept: Number(kept),
      scale: Number(scale),
      fixed: fixedWeight,
      codes: new Int8Array(),
      members,
      at: step.at,
    }
    if (joint === null) return
    const whole = members.reduce((sum, member) => sum + member.kept, 0)
    expectTold(step, `Kept rows of joint unit ${unit} of model ${model}`, kept, whole, 'units')
  },
  unitSketch: ({ world }, { model, unit, sketch }) => {
    const found = world.models.get(model)?.units[unit]
    if (found !== undefined) found.codes = unpackSketch(Buffer.from(sketch.slice(2), 'hex'))
  },
  fineTuneRegistered: (step, { model, indexRoot, totalHash, floorNorm, fixedTotal, keptRows }) => {
    const known = step.world.models.get(model)
    if (known === undefined) return
    known.registered = { indexRoot, totalHash, floorNorm, at: step.at }
    const { units, dims } = known
    const kept = units.reduce((sum, unit) => sum + unit.kept, 0)
    expectTold(step, `Kept rows of model ${model}`, keptRows, kept, 'units')
    if (dims === 0) return
    const weights = fixedWeights(units)
    const whole = weights.reduce((sum, weight) => sum + weight, 0n)
    expectTold(step, `The sum of fixed weights of model ${model}`, fixedTotal, whole, 'units')
    expectTold(step, `The norm of the floor of model ${model}`, floorNorm, normFloor(units), 'units')
    expectTold(
      step,
      `The hash of the sum of units of model ${model}`,
      totalHash,
      unitTotalHash(totalOf(units)),
      'units',
    )
    for (const [u, { fixed, at }] of units.entries()) {
      const what = `The fixed weight of unit ${u} of model ${model}`
      expectTold({ ...step, at }, what, fixed, weights[u] as bigint, 'units')
    }
  },
  modelActivated: (step, { model, activeFrom, sheet }) => {
    const known = step.world.models.get(model)
    if (known === undefined) return
    const due = timeIn(step) + step.world.settings.activationSeconds
    expectTold(step, `When model ${model} becomes active`, activeFrom, due)
    Object.assign(known, { activeFrom, sheet, at: step.at })
  },
  operatorSet: ({ world, at }, { model, operator, until }) => {
    world.operators.set(`${model}/${operator}`, { model, operator, until, at })
  },
  unitStruck: (step, { model, unit, struckAt }) => {
    const known = step.world.models.get(model)
    if (known === undefined) return
    expectTold(step, `When unit ${unit} of model ${model} was struck`, struckAt, timeIn(step))
    known.strikes.push({ unit, struckAt, at: step.at })
    if (known.struckAt === 0n) Object.assign(known, { struckAt, at: step.at })
  },
}

export function* modelsSlots({ models, operators }: ModelsWorld): Iterable<ExpectedSlot> {
  const contract = 'models'
  for (const [number, model] of models) {
    const { sheet, activeFrom, feeUnitGwei, dims, sketched, struckAt, owner, parent, at } = model
    const { royaltyBps, contributorBps, operatorBps, baseBps, floorBps, royalties, strikes } = model
    const [first, second] = modelSlots(number)
    const served = packed(
      [BigInt(sheet), 160],
      [activeFrom, 40],
      [feeUnitGwei, 32],
      [dims / 64, 8],
      [sketched ? 1 : 0, 8],
      [strikes.length > 0 ? 1 : 0, 8],
    )
    const shares = [royaltyBps, contributorBps, operatorBps, baseBps, floorBps].map((bps) => [bps, 16] as const)
    const terms = packed([owner, 32], [parent, 32], ...shares, [struckAt, 40])
    const lineage = packed(...royalties.flatMap(({ account, bps }) => [[bps, 16] as const, [account, 32] as const]))
    yield { contract, slot: first, word: served, subject: `state of model ${number}`, at }
    yield { contract, slot: second, word: terms, subject: `terms of model ${number}`, at }
    yield { contract, slot: mappedSlot(LINEAGES, number), word: lineage, subject: `royalties of model ${number}`, at }
    yield* strikeSlots(number, model)
  }
  for (const { model, operator, until, at } of operators.values()) {
    const subject = `term of operator ${operator} of model ${model}`
    yield { contract, slot: mappedSlot(OPERATORS, model, operator), word: until, subject, at }
  }
}

function* strikeSlots(number: number, { strikes, units, at }: Model): Iterable<ExpectedSlot> {
  const contract = 'models'
  const count = BigInt(strikes.length)
  yield { contract, slot: strikesSlot(number), word: count, subject: `number of struck units of model ${number}`, at }
  let [kept, fixed] = [0, 0n]
  const times = new Map<number, bigint>()
  for (const [i, { unit, struckAt, at: struckIn }] of strikes.entries()) {
    kept += units[unit]?.kept ?? 0
    fixed += units[unit]?.fixed ?? 0n
    const word = packed([unit, 16], [struckAt, 40], [kept, 32], [fixed, 128])
    const subject = `strike of unit ${unit} of model ${number}`
    yield { contract, slot: strikeSlot(number, i), word, subject, at: struckIn }
    const place = Math.floor(unit / STRIKES_A_SLOT)
    const shift = 40n * BigInt(unit % STRIKES_A_SLOT)
    times.set(place, (times.get(place) ?? 0n) | (struckAt << shift))
  }
  for (const [place, word] of times) {
    const subject = `times of strikes of model ${number}`
    yield { contract, slot: mappedSlot(STRUCK_TIMES, number, place), word, subject, at }
  }
}

/** A base model has an owner, a royalty and nothing else. */
function newModel(at: EventOrigin): Model {
  return {
    owner: 0,
    parent: 0,
    royaltyBps: 0,
    contributorBps: 0,
    operatorBps: 0,
    baseBps: 0,
    floorBps: 0,
    sketched: false,
    feeUnitGwei: 0n,
    dims: 0,
    royalties: [],
    units: [],
    joining: new Map(),
    registered: undefined,
    index: { hash: NO_HASH, uri: '', manifestHash: NO_HASH, maxPeak: 0, versions: [] },
    activeFrom: 0n,
    sheet: NO_ADDRESS,
    struckAt: 0n,
    strikes: [],
    at,
  }
}
