import { type Hex, keccak256, zeroHash } from 'viem'
import { totalOf } from '../../../attribution/fixedWeights.ts'
import { registeredPlan, unitPages } from '../../../attribution/unitPages.ts'
import { planUnits, type UnitPlan } from '../../../attribution/unitPlan.ts'
import { scaledUnits } from '../../../attribution/unitSketch.ts'
import { drawUnits } from '../../../bench/gas/drawnModel.ts'
import type { FineTune } from '../../../pipeline/publish/fineTune.ts'
import { type Page, registerPages, resumeRegistration, sketchedPages } from '../../../pipeline/publish/register.ts'
import type { UnitIndex } from '../../../pipeline/publish/unitIndex.ts'
import { bondOfAccount, bondOfModel } from '../../../sdk/bond.ts'
import { callTo } from '../../../sdk/contractCall.ts'
import { type Actions, type Context, receiptKey } from './context.ts'
import type { Library } from './parties.ts'

/** Models and who serves them. Some pay by net influence, some by fixed weights, some every row alike; some have a false unit. */

export const K = 64
/** So much that the scenario rarely runs out of it, and so little that it may. */
export const BOND_GWEI = 400_000_000_000n
/** The first three models are of one each. */
const KINDS = ['net influence', 'fixed weights', 'equal split', 'net influence'] as const
const FEE_UNIT = 1_000_000

/** What the chain only names: row indexes and pages of the scenario's models, by their manifests' hashes. */
export interface Run {
  readonly fineTune: FineTune
  readonly pages: readonly Page[]
  /** None of an equal split. */
  readonly units: UnitIndex | undefined
  readonly plan: UnitPlan
  /** In the order of their ids. */
  readonly contributions: readonly { readonly id: Hex; readonly dataset: number; readonly itemHashes: readonly Hex[] }[]
}

export type Runs = Map<Hex, Run>

export function modelActions(context: Context, library: Library, runs: Runs): Actions {
  const { ledger, random, send, accountOf, everyone, deposit } = context
  const { connection, wallets, walletOf } = ledger
  const { reader, contracts, fromBlock } = connection
  const { models, fineTunes, datasets, court } = contracts

  const modelCount = () => reader.readContract({ ...models, functionName: 'modelCount' })
  const versions = async () => {
    const logs = await reader.getContractEvents({ ...datasets, eventName: 'VersionFrozen', fromBlock, strict: true })
    return logs.map(({ args }) => args)
  }

  /** What a version holds, ascending by id. */
  const members = async (version: bigint, dataset: number): Promise<Run['contributions']> => {
    const submitted = await reader.getContractEvents({
      ...datasets,
      eventName: 'ContributionSubmitted',
      args: { dataset },
      fromBlock,
      strict: true,
    })
    const found = submitted.map(({ args }) => args).toSorted((a, b) => (a.contribution < b.contribution ? -1 : 1))
    const included = await Promise.all(
      found.map(({ contribution }) =>
        reader.readContract({ ...datasets, functionName: 'includes', args: [version, contribution] }),
      ),
    )
    return found
      .filter((_, i) => included[i])
      .map(({ contribution, itemsRoot }) => ({ id: contribution, dataset, itemHashes: library.get(itemsRoot) ?? [] }))
  }

  const drawRun = async (): Promise<Run> => {
    const { version, dataset } = random.pick((await versions()).slice(-2))
    const contributions = await members(version, dataset)
    const kind = KINDS[runs.size] ?? random.pick(KINDS)
    const units = kind === 'equal split' ? undefined : drawnUnits(contributions)
    const plan =
      units?.plan ??
      planUnits(contributions.map(({ id, itemHashes: { length } }) => ({ id, kept: length, items: length })))
    const manifestHash = random.hex(32)
    const limits = { contributions: 1 + random.below(6), units: 2 + random.below(4) }
    const fineTune: FineTune = {
      parent: random.pick(await parents()),
      versions: [version],
      adapterHash: random.hex(32),
      manifestHash,
      manifestURI: 'ipfs://run',
      method: random.below(3),
      quantisation: { scheme: 'nf4\0', bits: 4, doubleQuant: true },
      index:
        units === undefined
          ? { fileHash: zeroHash, fileURI: '', dims: 0, source: 0 }
          : { fileHash: keccak256(units.file), fileURI: 'ipfs://index', dims: K, source: random.below(2) },
      plan: registeredPlan(plan, units?.given ?? []),
      shares: {
        contributorBps: 4_000 + random.below(1_000),
        operatorBps: random.below(1_500),
        royaltyBps: random.below(400),
      },
      pay: {
        baseBps: kind === 'equal split' ? 10_000 : random.pick([0, 0, 2_500]),
        floorBps: 5_000 + random.below(20_000),
        sketched: kind === 'net influence',
        feeUnitGwei: random.pick([FEE_UNIT, FEE_UNIT, 333_333]),
      },
    }
    const pages = units === undefined ? equalPages(plan) : sketchedPages(units, limits)
    return { fineTune, pages, units, plan, contributions }
  }

  const drawnUnits = (contributions: Run['contributions']): UnitIndex => {
    const units = drawUnits(contributions, K, random.below(2 ** 31))
    // A false unit can be struck by its rows.
    return random.below(3) === 0 ? falsified(units) : units
  }

  /** Models that can be fine-tuned: all that are there for good. */
  const parents = async () => {
    const based = await reader.getContractEvents({
      ...models,
      eventName: 'BaseModelRegistered',
      fromBlock,
      strict: true,
    })
    const tuned = await reader.getContractEvents({ ...models, eventName: 'ModelActivated', fromBlock, strict: true })
    return [...based, ...tuned].map(({ args }) => args.model)
  }

  const anyModel = async () => 1 + random.below(await modelCount())

  return {
    registerBase: () =>
      send(
        wallets.baseOwner,
        callTo(models, 'registerBase', [
          {
            name: 'base',
            licence: 'MIT',
            weightsHash: random.hex(32),
            weightsURI: 'ipfs://b',
            royaltyBps: random.below(500),
          },
        ]),
      ),
    registerFineTune: async () => {
      const run = await drawRun()
      runs.set(run.fineTune.manifestHash, run)
      const model = await registerPages(connection, walletOf(wallets.owner), run.fineTune, run.pages)
      await deposit(bondOfModel(model), BOND_GWEI)
      return await send(wallets.owner, callTo(models, 'setOperator', [model, await accountOf(wallets.operator), true]))
    },
    beginFineTune: async () => {
      const run = await drawRun()
      runs.set(run.fineTune.manifestHash, run)
      return await registerPages(connection, walletOf(wallets.owner), run.fineTune, run.pages.slice(0, 1))
    },
    continueFineTune: async () => {
      const begun = await reader.getContractEvents({
        ...fineTunes,
        eventName: 'FineTuneBegun',
        fromBlock,
        strict: true,
      })
      const done = await reader.getContractEvents({
        ...fineTunes,
        eventName: 'FineTuneRegistered',
        fromBlock,
        strict: true,
      })
      const left = begun.filter(({ args }) => !done.some((event) => event.args.model === args.model))
      const { model, fineTune } = random.pick(left).args
      const run = runs.get(fineTune.manifestHash)
      if (run === undefined) throw new RangeError('Nobody knows its pages')
      return await resumeRegistration(connection, walletOf(wallets.owner), model, run.fineTune, run.pages)
    },
    setOperator: async () => {
      const model = await anyModel()
      const operator = await accountOf(random.pick(everyone))
      return await send(wallets.owner, callTo(models, 'setOperator', [model, operator, random.below(2) === 0]))
    },
    setReceiptKey: async () =>
      send(random.pick([wallets.operator, ...wallets.payers]), callTo(court, 'setReceiptKey', [receiptKey.address])),
    bondOperator: async () =>
      deposit(bondOfAccount(await accountOf(wallets.operator)), BigInt(1 + random.below(4 * 10 ** 10))),
    bondModel: async () => deposit(bondOfModel(await anyModel()), BigInt(1 + random.below(4 * 10 ** 10))),
  }
}

/** The first unit's sketch says something else than its rows. */
function falsified(units: UnitIndex): UnitIndex {
  const [first, ...others] = units.given
  if (first === undefined || first.codes.length === 0) return units
  const codes = first.codes.slice()
  codes[0] = codes[0] === 3 ? 4 : 3
  const given = [{ ...first, codes }, ...others]
  return { ...units, given, total: totalOf(scaledUnits(given)) }
}

function equalPages(plan: UnitPlan): readonly Page[] {
  return unitPages(plan, [], { contributions: 5, units: 400 }).map(({ contributions, kept }) => ({
    contributions,
    kept,
    units: '0x',
    total: '0x',
  }))
}
