import { bytesToHex, type ContractFunctionArgs, decodeAbiParameters, getAbiItem, type Hex, hexToBytes } from 'viem'
import { type GivenUnit, type PageLimits, unitPages } from '../../attribution/unitPages.ts'
import type { UnitPlan } from '../../attribution/unitPlan.ts'
import { encodeUnitTotal } from '../../attribution/unitTotalBytes.ts'
import type { Wallet } from '../../sdk/chain.ts'
import { type ContractCall, callTo, eventIn } from '../../sdk/contractCall.ts'
import { abis, type Connection, type Contracts } from '../../sdk/contracts.ts'
import { StopError } from '../../sdk/errors.ts'
import { transact } from '../../sdk/node/transactions/transact.ts'
import type { RunManifest } from '../run/manifest.ts'
import { type FineTune, findFineTune, fineTuneOf, type Registration } from './fineTune.ts'
import type { PreparedRun } from './prepareRun.ts'
import type { UnitIndex } from './unitIndex.ts'

/** A prepared run → a base model and a fine-tune on chain, each registered once; a fine-tune in as many transactions as its units take. */

type ContinueArgs = ContractFunctionArgs<typeof abis.fineTunes, 'nonpayable', 'continueFineTune'>
/** What the pages so far came to, which the contract holds by its hash. */
export type Draft = ContinueArgs[2]
export type Page = ContinueArgs[3]

const PAGE_CONTRIBUTIONS = 400
const PAGE_CODE_BYTES = 24_575
const UNIT_HEAD_BYTES = 16
const MEMBER_BYTES = 6
const PACKED_CONTRIBUTION_BYTES = 36

export function baseAct({ models }: Contracts, { base }: RunManifest, royaltyBps: number): ContractCall {
  return callTo(models, 'registerBase', [
    {
      name: base.name,
      licence: base.licence,
      weightsHash: weightsHashOf(base),
      weightsURI: `${base.source}@${base.revision}`,
      royaltyBps,
    },
  ])
}

/** What a page's units are kept as is the code of one contract, which has its bound. */
export function pageLimits(k: number): PageLimits {
  const left = PAGE_CODE_BYTES - MEMBER_BYTES * PAGE_CONTRIBUTIONS
  return { contributions: PAGE_CONTRIBUTIONS, units: Math.floor(left / (UNIT_HEAD_BYTES + k / 2)) }
}

/** The pages in which a run is registered. */
export function registrationPages(prepared: PreparedRun): readonly Page[] {
  return prepared.kind === 'sketched' ? sketchedPages(prepared.units) : unsketchedPages(prepared.plan)
}

export function unsketchedPages(plan: UnitPlan): readonly Page[] {
  return pagesOf(plan, [], new Uint8Array())
}

export function sketchedPages(
  { plan, given, total, index }: Pick<UnitIndex, 'plan' | 'given' | 'total' | 'index'>,
  limits = pageLimits(index.k),
): readonly Page[] {
  return pagesOf(plan, given, encodeUnitTotal(total), limits)
}

function pagesOf(
  plan: UnitPlan,
  given: readonly GivenUnit[],
  total: Uint8Array,
  limits = pageLimits(0),
): readonly Page[] {
  return unitPages(plan, given, limits).map(({ contributions, kept, units }) => ({
    contributions,
    kept,
    units: bytesToHex(units),
    total: bytesToHex(total),
  }))
}

export function beginAct({ fineTunes }: Contracts, fineTune: FineTune, page: Page): ContractCall {
  return callTo(fineTunes, 'registerFineTune', [fineTune, page])
}

export function continueAct({ fineTunes }: Contracts, ...args: ContinueArgs): ContractCall {
  return callTo(fineTunes, 'continueFineTune', args)
}

/** The base model with these weights, as its first owner registered it. */
export async function findBase({ reader, contracts, fromBlock }: Connection, { base }: RunManifest) {
  const events = await reader.getContractEvents({
    ...contracts.models,
    eventName: 'BaseModelRegistered',
    fromBlock,
    strict: true,
  })
  return events.find(({ args }) => args.base.weightsHash === weightsHashOf(base))?.args.model
}

export async function ensureBase(
  connection: Connection,
  owner: Wallet,
  manifest: RunManifest,
  royaltyBps: number,
): Promise<number> {
  const found = await findBase(connection, manifest)
  if (found !== undefined) return found
  const { reader, contracts } = connection
  const receipt = await transact(reader, owner, baseAct(contracts, manifest, royaltyBps))
  return eventIn(receipt, contracts.models, 'BaseModelRegistered').model
}

/** Registers a fine-tune, or goes on with one that broke off. */
export async function ensureFineTune(
  connection: Connection,
  owner: Wallet,
  account: number,
  prepared: PreparedRun,
  parent: number,
  registration: Registration,
): Promise<number> {
  const wanted = fineTuneOf(prepared, parent, registration)
  const known = await findFineTune(connection, account, wanted)
  const pages = registrationPages(prepared)
  if (known === undefined) return await registerPages(connection, owner, wanted, pages)
  if (!known.isRegistered) await resumeRegistration(connection, owner, known.model, known.fineTune, pages)
  return known.model
}

/** Registers a fine-tune page by page. */
export async function registerPages(
  connection: Connection,
  owner: Wallet,
  fineTune: FineTune,
  pages: readonly Page[],
): Promise<number> {
  const { reader, contracts } = connection
  const [first, ...others] = pages
  if (first === undefined) throw new Error('A fine-tune has a contribution at least, and so a page')
  const receipt = await transact(reader, owner, beginAct(contracts, fineTune, first))
  const { model, draft } = eventIn(receipt, contracts.fineTunes, 'UnitsRegistered')
  await addPages(connection, owner, model, fineTune, draft, others)
  return model
}

/** Continues where a registration broke off. */
export async function resumeRegistration(
  connection: Connection,
  owner: Wallet,
  model: number,
  fineTune: FineTune,
  pages: readonly Page[],
): Promise<void> {
  const { next, draft } = await reachedPage(connection, model, pages)
  await addPages(connection, owner, model, fineTune, draft, pages.slice(next))
}

/** How many pages of a registration are on chain, and what they came to. */
export async function reachedPage(
  { reader, contracts, fromBlock }: Connection,
  model: number,
  pages: readonly Page[],
): Promise<{ readonly next: number; readonly draft: Hex }> {
  const events = await reader.getContractEvents({
    ...contracts.fineTunes,
    eventName: 'UnitsRegistered',
    args: { model },
    fromBlock,
    strict: true,
  })
  const done = events.reduce(
    (sum, { args }) => sum + hexToBytes(args.contributions).length / PACKED_CONTRIBUTION_BYTES,
    0,
  )
  const next = pages.findIndex((_, i) => contributionsBefore(pages, i) === done)
  const draft = events.at(-1)?.args.draft
  if (next < 0 || draft === undefined) {
    throw new StopError(
      `The registration of model ${model} broke off after ${done} contributions, where no page of ours ends`,
      { model, contributions: done },
      'Go on with the version of this software that began it.',
    )
  }
  return { next, draft }
}

async function addPages(
  { reader, contracts }: Connection,
  owner: Wallet,
  model: number,
  fineTune: FineTune,
  draft: Hex,
  pages: readonly Page[],
): Promise<void> {
  let last = draft
  for (const page of pages) {
    const call = continueAct(contracts, model, fineTune, decodeDraft(last), page)
    last = eventIn(await transact(reader, owner, call), contracts.fineTunes, 'UnitsRegistered').draft
  }
}

/** A draft as the event of its page tells it. */
export function decodeDraft(draft: Hex): Draft {
  const { inputs } = getAbiItem({ abi: abis.fineTunes, name: 'continueFineTune' })
  const [decoded] = decodeAbiParameters([inputs[2]], draft)
  return decoded
}

export function operatorAct({ models }: Contracts, model: number, operator: number): ContractCall {
  return callTo(models, 'setOperator', [model, operator, true])
}

export async function ensureOperator(
  { reader, contracts }: Connection,
  owner: Wallet,
  model: number,
  operator: number,
): Promise<void> {
  const until = await reader.readContract({
    ...contracts.models,
    functionName: 'operatorUntil',
    args: [model, operator],
  })
  if (until !== FOR_GOOD) await transact(reader, owner, operatorAct(contracts, model, operator))
}

/** What `operatorUntil` says of an operator that was not removed: the greatest time. */
export const FOR_GOOD = 2 ** 40 - 1

function contributionsBefore(pages: readonly Page[], page: number): number {
  return pages.slice(0, page).reduce((sum, { contributions }) => sum + contributions.length, 0)
}

function weightsHashOf({ weightsSha256 }: RunManifest['base']): Hex {
  return `0x${weightsSha256}`
}
