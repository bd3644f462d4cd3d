import { type LocalAccount, maxUint256 } from 'viem'
import { bondOfAccount } from '../../sdk/bond.ts'
import { callTo } from '../../sdk/contractCall.ts'
import { StopError } from '../../sdk/errors.ts'
import type { LocalLedger } from './localLedger.ts'
import { randomOf } from './random.ts'
import { callActions } from './scenario/calls.ts'
import { type Context, contextOn, receiptKey, shortenVotes } from './scenario/context.ts'
import { governingActions } from './scenario/governing.ts'
import { BOND_GWEI, modelActions, type Run } from './scenario/models.ts'
import { type Library, partyActions } from './scenario/parties.ts'
import { receiptActions } from './scenario/receipts.ts'
import { settlingActions } from './scenario/settling.ts'
import { unitActions } from './scenario/units.ts'

/**
 * A life of the ledger, told at random from a seed: everyone registers, contributes, withdraws, serves, pays, settles, claims and
 * quarrels as the contracts allow. It reads from the chain what is possible next, so it goes on after a reorg as well.
 */
export interface Scenario {
  /** Does `count` random things, each in a transaction of its own at least. */
  play(count: number): Promise<void>
  /** Does these things in turn, each as often as it takes until the contracts allow it; throws where they do not for long. */
  does(...actions: readonly string[]): Promise<void>
  /** Lets some seconds pass on the chain's clock. */
  wait(seconds: number): Promise<void>
  /** The row indexes that its models were registered with, as files. */
  files(): readonly Uint8Array[]
}

/** How often what is done more than once in a while. */
const USUAL: Readonly<Record<string, number>> = {
  recordBatch: 16,
  openChannel: 3,
  fundChannel: 2,
  walkIn: 2,
  settle: 6,
  settleAndClaim: 2,
  claim: 2,
  draw: 2,
  letADayPass: 4,
  letHoursPass: 3,
  proveBrokenReceipt: 2,
  showRecord: 3,
  appealRecord: 2,
  rule: 3,
  showUnit: 2,
  showItem: 2,
  rate: 2,
  resume: 4,
  contribute: 2,
  accept: 2,
  setReceiptKey: 1,
}

/** Opens everyone's account, fills the payers' purses and registers first served models. */
export async function beginScenario(ledger: LocalLedger, seed: number, { hasVotes = false } = {}): Promise<Scenario> {
  const context = contextOn(ledger, randomOf(seed), hasVotes)
  if (hasVotes) await shortenVotes(ledger)
  const { wallets, connection } = ledger
  const { contracts } = connection
  const runs = new Map<`0x${string}`, Run>()
  const library: Library = new Map()
  const actions = {
    ...partyActions(context, library),
    ...modelActions(context, library, runs),
    ...callActions(context),
    ...settlingActions(context),
    ...receiptActions(context),
    ...unitActions(context, runs),
    ...governingActions(context),
  }
  const attempt = async (action: string): Promise<boolean> => {
    try {
      await actions[action]?.()
      return true
    } catch (error) {
      if (error instanceof StopError || error instanceof RangeError) return false
      throw error
    }
  }
  const succeeds = async (action: string): Promise<boolean> => {
    for (let tries = 0; tries < 30; tries++) if (await attempt(action)) return true
    return false
  }
  const does = async (...wanted: readonly string[]): Promise<void> => {
    for (const action of wanted) if (!(await succeeds(action))) throw new Error(`The contracts never allowed ${action}`)
  }

  await prepare(context)
  await does('registerDataset', ...Array(9).fill('contribute'), ...Array(7).fill('accept'), 'freeze')
  await does('registerBase', 'registerFineTune', 'registerFineTune', 'registerFineTune')
  await context.send(wallets.operator, callTo(contracts.court, 'setReceiptKey', [receiptKey.address]))
  // By then models are active.
  await ledger.passSeconds(4 * 86_400)
  await does(...Array(4).fill('openChannel'), 'walkIn', 'recordBatch')
  return {
    play: async (count) => {
      const chosen = Object.keys(actions).flatMap((action) => Array(USUAL[action] ?? 1).fill(action) as string[])
      for (let done = 0; done < count; ) if (await attempt(context.random.pick(chosen))) done += 1
    },
    does,
    wait: ledger.passSeconds,
    files: () => [...runs.values()].flatMap(({ units }) => (units === undefined ? [] : [units.file])),
  }
}

/** What most histories should hold: a book from its records, one of them voided, to what was earned by it and claimed. */
export async function tellOfABook({ does, wait }: Scenario): Promise<void> {
  await does('recordBatch', 'recordBatch', 'recordBatch', 'proveBrokenReceipt')
  // By then even a book of few fees is closed, and its window over.
  await wait(32 * 86_400)
  await does('settleDue', 'draw', 'draw', 'claimMany')
}

async function prepare({ ledger, everyone, send, accountOf, deposit, govern }: Context): Promise<void> {
  const { wallets, connection } = ledger
  const { accounts, openToken, bonds, earnings } = connection.contracts
  for (const holder of everyone) {
    if ((await accountOf(holder)) === 0) await send(wallets.deployer, callTo(accounts, 'open', [holder.address]))
  }
  const allow = (from: LocalAccount, spender: `0x${string}`) =>
    send(from, callTo(openToken, 'approve', [spender, maxUint256]))
  for (const payer of wallets.payers) {
    await send(wallets.deployer, callTo(openToken, 'transfer', [payer.address, 10n ** 23n]))
    await allow(payer, earnings.address)
  }
  await allow(wallets.deployer, bonds.address)
  for (const holder of [wallets.operator, ...wallets.contributors])
    await deposit(bondOfAccount(await accountOf(holder)), BOND_GWEI)
  // Books close soon, so that there is something to settle.
  await govern(
    callTo(connection.contracts.ledger, 'setTerms', [
      { epochSeconds: 3_600, windowSeconds: 172_800, minBookGwei: 50_000_000n, treasuryBps: 250 },
    ]),
  )
}
