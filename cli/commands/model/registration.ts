import { findFineTune, fineTuneOf, type Registration } from '../../../pipeline/publish/fineTune.ts'
import type { PreparedRun } from '../../../pipeline/publish/prepareRun.ts'
import {
  baseAct,
  beginAct,
  continueAct,
  decodeDraft,
  findBase,
  operatorAct,
  type Page,
  reachedPage,
  registrationPages,
} from '../../../pipeline/publish/register.ts'
import { callTo, eventIn } from '../../../sdk/contractCall.ts'
import { stepsOf } from '../../carryOut.ts'
import type { Context } from '../../context.ts'
import { accountOf } from '../../parties.ts'
import { notAllowed } from './publicationPlan.ts'

/** What a registration came to. */
export interface Registered {
  readonly model: number
  readonly parent: number
  readonly owner: number
}

/**
 * Registers a prepared run, each transaction under an intent of its own: killed anywhere, the same command continues with what it had signed.
 * What is on chain already is found there.
 */
export async function register(
  context: Context,
  prepared: PreparedRun,
  registration: Registration,
  operators: readonly number[],
): Promise<Registered> {
  const connection = await context.connection()
  const { contracts } = connection
  const { manifest, manifestHash } = prepared.run
  const { address } = await context.signer()
  const step = stepsOf(context, `model publish ${manifestHash}`)
  const owner =
    (await accountOf(connection, address)) ||
    eventIn(
      await step('account', callTo(contracts.accounts, 'open', [address]), 'Open an account'),
      contracts.accounts,
      'AccountOpened',
    ).account
  const parent =
    (await findBase(connection, manifest)) ??
    eventIn(
      await step('base', baseAct(contracts, manifest, 0), 'Register the base model'),
      contracts.models,
      'BaseModelRegistered',
    ).model

  const fineTune = fineTuneOf(prepared, parent, registration)
  const known = await findFineTune(connection, owner, fineTune)
  const pages = registrationPages(prepared)
  const effectOf = (page: number): string => `Register page ${page + 1} of ${pages.length}`
  const begin = async () => {
    const receipt = await step('page 1', beginAct(contracts, fineTune, pages[0] as Page), effectOf(0))
    const { model, draft } = eventIn(receipt, contracts.fineTunes, 'UnitsRegistered')
    return { model, draft, next: 1 }
  }
  const begun =
    known === undefined
      ? await begin()
      : known.isRegistered
        ? { model: known.model, draft: undefined, next: pages.length }
        : { model: known.model, ...(await reachedPage(connection, known.model, pages)) }
  const { model } = begun
  let { draft } = begun
  for (let page = begun.next; page < pages.length && draft !== undefined; page++) {
    // As it was begun: the address of its files may be given differently now.
    const call = continueAct(contracts, model, known?.fineTune ?? fineTune, decodeDraft(draft), pages[page] as Page)
    const receipt = await step(`page ${page + 1}`, call, effectOf(page))
    draft = eventIn(receipt, contracts.fineTunes, 'UnitsRegistered').draft
  }
  for (const operator of await notAllowed(connection, model, operators))
    await step(
      `operator ${operator}`,
      operatorAct(contracts, model, operator),
      `Let account ${operator} serve model ${model}`,
    )
  return { model, parent, owner }
}
