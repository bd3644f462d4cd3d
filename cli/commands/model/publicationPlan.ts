import type { Address } from 'viem'
import { findFineTune, fineTuneOf, type Registration } from '../../../pipeline/publish/fineTune.ts'
import type { PreparedRun } from '../../../pipeline/publish/prepareRun.ts'
import {
  baseAct,
  beginAct,
  FOR_GOOD,
  findBase,
  operatorAct,
  registrationPages,
} from '../../../pipeline/publish/register.ts'
import { callTo } from '../../../sdk/contractCall.ts'
import type { Connection } from '../../../sdk/contracts.ts'
import { StopError } from '../../../sdk/errors.ts'
import type { Plan, PlannedTransaction } from '../../../sdk/node/transactions/plan.ts'
import { accountOf } from '../../parties.ts'
import { countOf } from '../../words.ts'

/** Everything that publishing sends, before any of it is sent. */
export interface PublicationPlan {
  /** What can be tried on the present state. Numbers of models are those that are next now. */
  readonly plan: Plan
  /** What follows from the results of those. */
  readonly later: readonly string[]
  /** The model's number, where it is registered already. */
  readonly model: number | undefined
}

/** Refuses a run that is registered with other terms. */
export async function planPublication(
  connection: Connection,
  prepared: PreparedRun,
  from: Address,
  operators: readonly number[],
  registration: Registration,
): Promise<PublicationPlan> {
  const { reader, contracts } = connection
  const { manifest } = prepared.run
  const account = await accountOf(connection, from)
  const next = (await reader.readContract({ ...contracts.models, functionName: 'modelCount' })) + 1
  const base = await findBase(connection, manifest)
  const fineTune = fineTuneOf(prepared, base ?? next, registration)
  const known = account === 0 ? undefined : await findFineTune(connection, account, fineTune)
  const pages = registrationPages(prepared)
  const [first] = pages
  if (first === undefined) throw new Error('A fine-tune has a contribution at least, and so a page')
  const model = known?.model ?? next + (base === undefined ? 1 : 0)
  const waiting = known === undefined ? operators : await notAllowed(connection, known.model, operators)
  const allow = waiting.map(
    (operator): PlannedTransaction => ({
      call: operatorAct(contracts, model, operator),
      effect: `Let account ${operator} serve model ${model}`,
    }),
  )
  const opening: PlannedTransaction[] = []
  if (account === 0)
    opening.push({
      call: callTo(contracts.accounts, 'open', [from]),
      effect: `Open an account that is paid to ${from}`,
    })
  if (base === undefined)
    opening.push({
      call: baseAct(contracts, manifest, 0),
      effect: `Register the base model ${manifest.base.name} as model ${next}`,
    })
  if (known === undefined)
    opening.push({
      call: beginAct(contracts, fineTune, first),
      effect: `Register the run as model ${model}, page 1 of ${pages.length}; its terms are for good`,
    })
  const isWhole = pages.length === 1 || known?.isRegistered === true
  const rest = pages.slice(1).map((_, i) => `Register page ${i + 2} of ${pages.length} of model ${model}`)
  const left = known?.isRegistered === false ? [`Continue the registration of model ${model}`] : rest
  return {
    plan: {
      intent: `model publish ${prepared.run.manifestHash}`,
      transactions: isWhole ? [...opening, ...allow] : opening,
      spendsWei: 0n,
    },
    later: isWhole ? [] : [...left, ...allow.map(({ effect }) => effect)],
    model: known?.isRegistered ? known.model : undefined,
  }
}

export async function notAllowed(
  { reader, contracts }: Connection,
  model: number,
  operators: readonly number[],
): Promise<readonly number[]> {
  const until = await Promise.all(
    operators.map((operator) =>
      reader.readContract({ ...contracts.models, functionName: 'operatorUntil', args: [model, operator] }),
    ),
  )
  return operators.filter((_, i) => until[i] !== FOR_GOOD)
}

export async function requireAccounts({ reader, contracts }: Connection, accounts: readonly number[]): Promise<void> {
  const count = await reader.readContract({ ...contracts.accounts, functionName: 'accountCount' })
  const unknown = accounts.find((account) => account > count)
  if (unknown === undefined) return
  throw new StopError(
    `There is no account ${unknown}: ${countOf(count, 'account is', 'accounts are')} open so far`,
    {},
    'Open it with `attribution account open`, or check the number.',
  )
}
