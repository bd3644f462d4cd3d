import { type LocalAccount, maxUint256 } from 'viem'
import { bondOfAccount } from '../../sdk/bond.ts'
import { callTo } from '../../sdk/contractCall.ts'
import { StopError } from '../../sdk/errors.ts'
import type { LocalLedger } from './localLedger.ts'
import { randomOf } from './random.ts'
import { callPlots } from './story/calls.ts'
import { governingPlots } from './story/governing.ts'
import { BOND_GWEI, modelPlots, type Run } from './story/models.ts'
import { type Library, partyPlots } from './story/parties.ts'
import { receiptPlots } from './story/receipts.ts'
import { settlingPlots } from './story/settling.ts'
import { receiptKey, type Stage, stageOn } from './story/stage.ts'
import { unitPlots } from './story/units.ts'

/**
 * A life of the ledger, told at random from a seed: everyone registers, contributes, withdraws, serves, pays, settles, claims and
 * quarrels as the contracts allow. It reads from the chain what is possible next, so it goes on after a reorg as well.
 */
export interface Story {
  /** Does `count` random things, each in a transaction of its own at least. */
  tell(count: number): Promise<void>
  /** Does these things in turn, each as often as it takes until the contracts allow it; throws where they do not for long. */
  does(...plots: readonly string[]): Promise<void>
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
export async function beginStory(ledger: LocalLedger, seed: number): Promise<Story> {
  const stage = stageOn(ledger, randomOf(seed))
  const { cast, connection } = ledger
  const { contracts } = connection
  const runs = new Map<`0x${string}`, Run>()
  const library: Library = new Map()
  const plots = {
    ...partyPlots(stage, library),
    ...modelPlots(stage, library, runs),
    ...callPlots(stage),
    ...settlingPlots(stage),
    ...receiptPlots(stage),
    ...unitPlots(stage, runs),
    ...governingPlots(stage),
  }
  const attempt = async (plot: string): Promise<boolean> => {
    try {
      await plots[plot]?.()
      return true
    } catch (error) {
      if (error instanceof StopError || error instanceof RangeError) return false
      throw error
    }
  }
  const succeeds = async (plot: string): Promise<boolean> => {
    for (let tries = 0; tries < 30; tries++) if (await attempt(plot)) return true
    return false
  }
  const does = async (...wanted: readonly string[]): Promise<void> => {
    for (const plot of wanted) if (!(await succeeds(plot))) throw new Error(`The contracts never allowed ${plot}`)
  }

  await prepare(stage)
  await does('registerDataset', ...Array(9).fill('contribute'), ...Array(7).fill('accept'), 'freeze')
  await does('registerBase', 'registerFineTune', 'registerFineTune', 'registerFineTune')
  await stage.send(cast.operator, callTo(contracts.court, 'setReceiptKey', [receiptKey.address]))
  // By then models are active.
  await ledger.passSeconds(4 * 86_400)
  await does(...Array(4).fill('openChannel'), 'walkIn', 'recordBatch')
  return {
    tell: async (count) => {
      const chosen = Object.keys(plots).flatMap((plot) => Array(USUAL[plot] ?? 1).fill(plot) as string[])
      for (let done = 0; done < count; ) if (await attempt(stage.random.pick(chosen))) done += 1
    },
    does,
    wait: ledger.passSeconds,
    files: () => [...runs.values()].flatMap(({ units }) => (units === undefined ? [] : [units.file])),
  }
}

/** What most histories should hold: a book from its records, one of them voided, to what was earned by it and claimed. */
export async function tellOfABook({ does, wait }: Story): Promise<void> {
  await does('recordBatch', 'recordBatch', 'recordBatch', 'proveBrokenReceipt')
  // By then even a book of few fees is closed, and its window over.
  await wait(32 * 86_400)
  await does('settleDue', 'draw', 'draw', 'claimMany')
}

async function prepare({ ledger, everyone, send, accountOf, deposit, govern }: Stage): Promise<void> {
  const { cast, connection } = ledger
  const { accounts, openToken, bonds, earnings } = connection.contracts
  for (const holder of everyone) {
    if ((await accountOf(holder)) === 0) await send(cast.deployer, callTo(accounts, 'open', [holder.address]))
  }
  const allow = (from: LocalAccount, spender: `0x${string}`) =>
    send(from, callTo(openToken, 'approve', [spender, maxUint256]))
  for (const payer of cast.payers) {
    await send(cast.deployer, callTo(openToken, 'transfer', [payer.address, 10n ** 23n]))
    await allow(payer, earnings.address)
  }
  await allow(cast.deployer, bonds.address)
  for (const holder of [cast.operator, ...cast.contributors])
    await deposit(bondOfAccount(await accountOf(holder)), BOND_GWEI)
  // Books close soon, so that there is something to settle.
  await govern(
    callTo(connection.contracts.ledger, 'setTerms', [
      { epochSeconds: 3_600, windowSeconds: 172_800, minBookGwei: 50_000_000n, treasuryBps: 250 },
    ]),
  )
}
