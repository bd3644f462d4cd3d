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
import { type Answered, tryDeceits } from './deceit.ts'
import type { RecordLie } from './deeds.ts'
import { recordLies } from './recordLies.ts'
import { registrationLies } from './registrationLies.ts'
import { earlySettlement, settleAmongLies } from './settlementLies.ts'
import { handOver, passWindow, type Stage, serve, setStage, tellUnits, WATCHER_KEY, watchArgs } from './stage.ts'
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
  const stage = await setStage(seed)
  try {
    const honestModels = await beHonest(stage, each)
    const watch = watching(stage)
    await watch.once()
    const sentInPeace = (await sentBy(stage, stage.watcher.signer.address)).length
    say(`the watcher found nothing in ${honestModels.size} honest models and sent ${sentInPeace} transactions`)

    const records = await lieInRecords(stage, each)
    const models = await lieInUnits(stage, each)
    say(`${records.length} receipts were broken and ${models.size} models registered that are false`)
    const calls = [...(await lieInCalls(stage, each))]
    const stale = await askInTime(stage)
    calls.push(...(await tryDeceits(stage, stale.early, each)))
    const spite = await demandOutOfSpite(stage)
    say(`${calls.length} calls were false`)

    const stopMining = stage.keepMining()
    for (let i = 0; i < kills; i++) await watch.kill(200 + stage.draw.below(1_500))
    await watch.once()
    say(`the watcher was killed ${kills} times, and then had nothing left to do`)
    await stage.local.passSeconds(HALF_A_DAY)
    await watch.once()
    stopMining()
    say('the watcher closed the demands that nobody answered')

    await passWindow(stage)
    const { honest, liar } = stage
    for (const [one, other] of [
      [honest, liar],
      [liar, honest],
    ] as const) {
      calls.push(...(await settleAmongLies(stage, one, other, each)))
    }
    await stage.local.passSeconds(EXPIRY_SECONDS)
    calls.push(...(await tryDeceits(stage, stale.late, each)))
    say('both books are settled')
    const honestRecords = recordedHonestly(stage, records)
    return await verdictsOf(stage, { records, models, honestRecords, honestModels, spite, calls, sentInPeace })
  } finally {
    await stage.stop()
  }
}

/** As many honest models as there will be false ones, and honest records. */
async function beHonest(stage: Stage, each: number): Promise<ReadonlySet<number>> {
  const models = new Set([stage.model.model])
  const count = each * Object.keys(unitLies).length
  while (models.size < count) {
    const { model } = await tellUnits(stage, 10_000 + models.size, (drawn) => honestly(unitsOf(drawn)))
    models.add(model)
  }
  for (let batch = 0; batch < Math.max(3, each); batch++) await serve(stage, stage.honest, HONEST_CALLS)
  const calls = stage.honest.batches.flatMap((batch) => batch.calls)
  handOver(
    stage,
    'honest',
    calls.map(({ receipt }) => receipt),
  )
  await stage.local.passSeconds(PROMISED_SECONDS)
  return models
}

/** Batches with one lie of each kind at a random place. */
async function lieInRecords(stage: Stage, each: number): Promise<readonly RecordLie[]> {
  const { liar, draw } = stage
  const kinds = Object.keys(recordLies)
  const told: RecordLie[] = []
  for (let batch = 0; batch < Math.max(3, each); batch++) {
    const lies = batch < each ? kinds : []
    await serve(stage, liar, (1 + BESIDE) * kinds.length, (calls) => {
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
    stage,
    'liar',
    calls.map(({ receipt }) => receipt),
  )
  await stage.local.passSeconds(PROMISED_SECONDS)
  return told
}

async function lieInUnits(stage: Stage, each: number): Promise<ReadonlyMap<number, string>> {
  const models = new Map<number, string>()
  for (const [kind, lie] of Object.entries(unitLies)) {
    for (let i = 0; i < each; i++) {
      const { model } = await tellUnits(stage, 20_000 + models.size, (drawn) => lie(drawn, stage.draw))
      models.set(model, kind)
    }
  }
  return models
}

async function lieInCalls(stage: Stage, each: number): Promise<readonly Answered[]> {
  const answers: Answered[] = []
  // The last honest receipts still promise what is not due.
  await serve(stage, stage.honest, HONEST_CALLS)
  for (const lies of [chargeLies, registrationLies, accusations, earlySettlement]) {
    answers.push(...(await tryDeceits(stage, lies, each)))
  }
  return answers
}

/** Somebody demands what honest people have, hoping that they sleep. */
async function demandOutOfSpite(stage: Stage): Promise<number> {
  const { local, griefer, honest, model, draw } = stage
  const { unitCourt } = local.connection.contracts
  const [call] = honest.batches[0]?.calls ?? []
  const demands: readonly ((salt: Hex) => ContractCall)[] = [
    (salt) => callTo(unitCourt, 'demandUnit', [salt, model.model, draw.below(model.units.headers.length)]),
    (salt) => callTo(unitCourt, 'demandItem', [salt, model.model, 0, draw.below(5)]),
    () => demandOf(stage, draw, (call as DrawnCall).receipt),
  ]
  for (const demand of demands) await challenge(local, griefer.signer, demand)
  return demands.length
}

/** Records of both operators that are as their receipts say. */
function recordedHonestly({ honest, liar }: Stage, lies: readonly RecordLie[]): ReadonlySet<string> {
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
function watching(stage: Stage) {
  const args = [...watchArgs(stage), '--units-demanded', '1']
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
