import { setTimeout as sleep } from 'node:timers/promises'
import type { Hex } from 'viem'
import { unitsOf } from '../../bench/gas/drawnModel.ts'
import { type ContractCall, callTo } from '../../sdk/contractCall.ts'
import { signedReceipt } from '../../sdk/receipt.ts'
import { challenge } from '../support/challenge.ts'
import { keyOf } from '../support/keyOf.ts'
import type { DrawnCall } from '../support/localBatches.ts'
import { start } from '../support/typed.ts'
import { accusations, demandOf } from './accusations.ts'
import { chargeLies } from './chargeLies.ts'
import {
  type Context,
  declareUnits,
  handOver,
  passWindow,
  serve,
  startContext,
  WATCHER_KEY,
  watchArgs,
} from './context.ts'
import { type Answered, tryDeceits } from './deceit.ts'
import type { RecordLie } from './deeds.ts'
import { recordLies } from './recordLies.ts'
import { registrationLies } from './registrationLies.ts'
import { earlySettlement, settleAmongLies } from './settlementLies.ts'
import { askInTime, EXPIRY_SECONDS } from './staleLies.ts'
import { honestly, unitLies } from './unitLies.ts'
import { sentBy, type Verdicts, verdictsOf } from './verdicts.ts'

/**
 * A campaign of fraud: owners, operators, payers, settlers and accusers lie in every way that there is, at random from a seed, among as many who
 * do not. The watcher is started as people start it, first where nobody lied, then where they did, and killed a few times. Then the chain is
 * asked what became of every lie.
 */
export interface CampaignOptions {
  readonly seed: number
  /** Lies of each kind. */
  readonly each: number
  readonly kills: number
  readonly say: (line: string) => void
}

const HONEST_CALLS = 20
/** Honest records beside each lie in a batch. */
const BESIDE = 3
const PROMISED_SECONDS = 3_601
const HALF_A_DAY = 43_201

export async function runCampaign(options: CampaignOptions): Promise<Verdicts> {
  const { each, kills, seed, say } = options
  const context = await startContext(seed)
  try {
    const honestModels = await beHonest(context, each)
    const watch = watching(context)
    await watch.once()
    const sentInPeace = (await sentBy(context, context.watcher.signer.address)).length
    say(`the watcher found nothing in ${honestModels.size} honest models and sent ${sentInPeace} transactions`)

    const records = await lieInRecords(context, each)
    const models = await lieInUnits(context, each)
    say(`${records.length} receipts were broken and ${models.size} models registered that are false`)
    const calls = [...(await lieInCalls(context, each))]
    const stale = await askInTime(context)
    calls.push(...(await tryDeceits(context, stale.early, each)))
    const spite = await demandOutOfSpite(context)
    say(`${calls.length} calls were false`)

    const stopMining = context.keepMining()
    for (let i = 0; i < kills; i++) await watch.kill(200 + context.draw.below(1_500))
    await watch.once()
    say(`the watcher was killed ${kills} times, and then had nothing left to do`)
    await context.local.passSeconds(HALF_A_DAY)
    await watch.once()
    stopMining()
    say('the watcher closed the demands that nobody answered')

    await passWindow(context)
    const { honest, liar } = context
    for (const [one, other] of [
      [honest, liar],
      [liar, honest],
    ] as const) {
      calls.push(...(await settleAmongLies(context, one, other, each)))
    }
    await context.local.passSeconds(EXPIRY_SECONDS)
    calls.push(...(await tryDeceits(context, stale.late, each)))
    say('both books are settled')
    const honestRecords = recordedHonestly(context, records)
    return await verdictsOf(context, { records, models, honestRecords, honestModels, spite, calls, sentInPeace })
  } finally {
    await context.stop()
  }
}

/** As many honest models as there will be false ones, and honest records. */
async function beHonest(context: Context, each: number): Promise<ReadonlySet<number>> {
  const models = new Set([context.model.model])
  const count = each * Object.keys(unitLies).length
  while (models.size < count) {
    const { model } = await declareUnits(context, 10_000 + models.size, (drawn) => honestly(unitsOf(drawn)))
    models.add(model)
  }
  for (let batch = 0; batch < Math.max(3, each); batch++) await serve(context, context.honest, HONEST_CALLS)
  const calls = context.honest.batches.flatMap((batch) => batch.calls)
  handOver(
    context,
    'honest',
    calls.map(({ receipt }) => receipt),
  )
  await context.local.passSeconds(PROMISED_SECONDS)
  return models
}

/** Batches with one lie of each kind at a random place. */
async function lieInRecords(context: Context, each: number): Promise<readonly RecordLie[]> {
  const { liar, draw } = context
  const kinds = Object.keys(recordLies)
  const told: RecordLie[] = []
  for (let batch = 0; batch < Math.max(3, each); batch++) {
    const lies = batch < each ? kinds : []
    await serve(context, liar, (1 + BESIDE) * kinds.length, (calls) => {
      const liedAt = new Map(lies.map((kind, i) => [i * (1 + BESIDE) + draw.below(1 + BESIDE), kind]))
      return calls.flatMap((call, at) => {
        const kind = liedAt.get(at)
        if (kind === undefined) return [call.record]
        told.push({ kind, recordHash: signedReceipt(call.receipt).recordHash })
        const record = recordLies[kind]?.(call, draw, liar.recorder.channels.length)
        return record === undefined ? [] : [record]
      })
    })
  }
  const calls = liar.batches.flatMap((batch) => batch.calls)
  handOver(
    context,
    'liar',
    calls.map(({ receipt }) => receipt),
  )
  await context.local.passSeconds(PROMISED_SECONDS)
  return told
}

async function lieInUnits(context: Context, each: number): Promise<ReadonlyMap<number, string>> {
  const models = new Map<number, string>()
  for (const [kind, lie] of Object.entries(unitLies)) {
    for (let i = 0; i < each; i++) {
      const { model } = await declareUnits(context, 20_000 + models.size, (drawn) => lie(drawn, context.draw))
      models.set(model, kind)
    }
  }
  return models
}

async function lieInCalls(context: Context, each: number): Promise<readonly Answered[]> {
  const answers: Answered[] = []
  // The last honest receipts still promise what is not due.
  await serve(context, context.honest, HONEST_CALLS)
  for (const lies of [chargeLies, registrationLies, accusations, earlySettlement]) {
    answers.push(...(await tryDeceits(context, lies, each)))
  }
  return answers
}

/** Somebody demands what honest people have, hoping that they sleep. */
async function demandOutOfSpite(context: Context): Promise<number> {
  const { local, griefer, honest, model, draw } = context
  const { unitCourt } = local.connection.contracts
  const [call] = honest.batches[0]?.calls ?? []
  const demands: readonly ((salt: Hex) => ContractCall)[] = [
    (salt) => callTo(unitCourt, 'demandUnit', [salt, model.model, draw.below(model.units.headers.length)]),
    (salt) => callTo(unitCourt, 'demandItem', [salt, model.model, 0, draw.below(5)]),
    () => demandOf(context, draw, (call as DrawnCall).receipt),
  ]
  for (const demand of demands) await challenge(local, griefer.signer, demand)
  return demands.length
}

/** Records of both operators that are as their receipts say. */
function recordedHonestly({ honest, liar }: Context, lies: readonly RecordLie[]): ReadonlySet<string> {
  const broken = new Set(lies.map(({ recordHash }) => recordHash))
  const all = [...honest.batches, ...liar.batches].flatMap(({ opened, calls }) => {
    const promised = new Set(calls.map(({ receipt }) => signedReceipt(receipt).recordHash))
    return opened.leaves.flatMap((leaf, index) =>
      promised.has(leaf) && !broken.has(leaf) ? [`${opened.header.batch}/${index}`] : [],
    )
  })
  return new Set(all)
}

/** The watcher, as people start it. */
function watching(context: Context) {
  const args = [...watchArgs(context), '--units-demanded', '1']
  const key = { ATTRIBUTION_PRIVATE_KEY: keyOf(WATCHER_KEY) }
  return {
    once: async (): Promise<void> => {
      const { code, err } = await start('cli/main.ts', ['watch', ...args, '--once'], key).ended
      if (code !== 0) throw new Error(`The watcher ended with ${code}: ${err}`)
    },
    kill: async (afterMs: number): Promise<void> => {
      const victim = start('cli/main.ts', ['watch', ...args], key)
      await victim.said('"index read"')
      await sleep(afterMs)
      victim.signal('SIGKILL')
      await victim.ended
    },
  }
}
