import type { LocalAccount } from 'viem'
import { commitAct } from '../../sdk/challenge.ts'
import { type ContractCall, estimate } from '../../sdk/contractCall.ts'
import { StopError } from '../../sdk/errors.ts'
import { transact } from '../../sdk/node/transactions/transact.ts'
import type { Context } from './context.ts'
import type { Draw } from './draw.ts'

/** A call that the chain has to refuse, beside the honest one that it resembles. */
export interface Deceit {
  readonly by: LocalAccount
  readonly call: ContractCall
  /** What it is refused with. */
  readonly error: string
  /** The same without the lie, by the same sender: it passes. */
  readonly honest?: ContractCall
  /** Whether it was committed to, as challenges have to be. */
  readonly isCommitted?: boolean
}

export type Deceits = Readonly<Record<string, (context: Context, draw: Draw) => Promise<Deceit>>>

/** What the chain says to a lie, and to the honest call that it resembles. */
export interface Answered {
  readonly kind: string
  readonly expected: string
  /** The error of the refusal; `nothing` where the lie would pass. */
  readonly said: string
  /** The error of the honest call, which should pass; undefined where there is none. */
  readonly saidToHonest: string | undefined
}

const PASSES = 'nothing'

/** Tries every kind of deceit so many times on the chain as it stands. Nothing but commitments is sent. */
export async function tryDeceits(context: Context, deceits: Deceits, each: number): Promise<readonly Answered[]> {
  const { connection, passSeconds, walletOf } = context.local
  const { reader, contracts } = connection
  const told: { readonly kind: string; readonly deceit: Deceit }[] = []
  for (const [kind, deceive] of Object.entries(deceits)) {
    for (let i = 0; i < each; i++) told.push({ kind, deceit: await deceive(context, context.draw) })
  }
  const committed = told.flatMap(({ deceit }) => (deceit.isCommitted ? [deceit] : []))
  for (const { by, call } of committed) await transact(reader, walletOf(by), commitAct(contracts, by.address, call))
  if (committed.length > 0) for (let block = 0; block < 2; block++) await passSeconds(1)

  return await Promise.all(
    told.map(async ({ kind, deceit }) => ({
      kind,
      expected: deceit.error,
      said: await answerTo(context, deceit.by, deceit.call),
      saidToHonest: deceit.honest && (await answerTo(context, deceit.by, deceit.honest)),
    })),
  )
}

async function answerTo({ local }: Context, by: LocalAccount, call: ContractCall): Promise<string> {
  try {
    await estimate(local.connection.reader, by.address, call)
    return PASSES
  } catch (error) {
    if (error instanceof StopError && 'errorName' in error) return `${error.errorName}`
    throw error
  }
}

/** Whether a lie was refused for what it is, and its honest twin was not. */
export function isRefused({ expected, said, saidToHonest }: Answered): boolean {
  return said === expected && (saidToHonest === undefined || saidToHonest === PASSES)
}
