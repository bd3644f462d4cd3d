import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { zeroHash } from 'viem'
import { COMMIT_BLOCKS, commitAct, commitmentOf, demandRowAct } from '../../sdk/court/proofs.ts'
import type { InferenceRecord } from '../../sdk/record.ts'
import { transact } from '../../sdk/transact.ts'
import { keyOf } from '../scripts/keyOf.ts'
import { start } from '../scripts/typed.ts'
import { type Draw, drawFrom } from './draw.ts'
import { fileOf, indexFrauds, rootOfEntries } from './indexFrauds.ts'
import { landscape } from './landscape.ts'
import { accountsOf, candidatesFrom, honestModel, honestRecord, isHonest } from './models.ts'
import { recordFrauds, type Served } from './recordFrauds.ts'
import { serveSmallModel } from './smallModel.ts'
import { publish, type Stage, setStage } from './stage.ts'
import { type Verdicts, verdictsOf } from './verdicts.ts'

/**
 * A campaign of fraud: an operator and model owners lie in every way that the Ledger takes, at random from a seed, among honest
 * records and honest models. Then the watcher is started as people start it, killed a few times, and the chain is asked what
 * became of every lie.
 */
export interface CampaignOptions {
  readonly seed: number
  /** Of each of the twelve contributors, in the model whose records are corrupted. */
  readonly rowsEach: number
  readonly records: number
  readonly corrupted: number
  /** False indexes of each kind. */
  readonly falseIndexes: number
  readonly kills: number
  readonly say: (line: string) => void
}

/** What was done, to be held against what came of it. */
export interface Deeds {
  /** Corrupted records by batch and index, and how. */
  readonly records: ReadonlyMap<string, string>
  /** False indexes by model, how, and the records that were made with them. */
  readonly models: ReadonlyMap<
    number,
    { readonly kind: string; readonly records: ReadonlyMap<string, InferenceRecord> }
  >
  /** Records that nobody may strike. */
  readonly honest: ReadonlySet<string>
  readonly honestModels: ReadonlySet<number>
  readonly demanded: { readonly model: number; readonly row: number }
}

const DIMS = 256
const TOP_K = 8
const BATCH = 100
const WATCHER = 9
const HALF_A_DAY = 43_201

export async function runCampaign(options: CampaignOptions): Promise<Verdicts> {
  const { say } = options
  const draw = drawFrom(options.seed, 2)
  const stage = await setStage(options.rowsEach, draw)
  try {
    const deeds = await commitFraud(stage, options, draw)
    say(`${deeds.records.size} of ${options.records} records and ${deeds.models.size} indexes are false`)
    const stopMining = stage.keepMining()
    try {
      const args = await watchArgs(stage)
      for (let i = 0; i < options.kills; i++) await killWatcher(args, 200 + draw.below(1_500))
      say(`the watcher was killed ${options.kills} times`)
      await watchOnce(args)
      say('the watcher had nothing left to do')
      await stage.ledger.passSeconds(HALF_A_DAY)
      await watchOnce(args)
      say('the watcher closed the demands that nobody answered')
    } finally {
      stopMining()
    }
    return await verdictsOf(stage, deeds)
  } finally {
    await stage.stop()
  }
}

async function commitFraud(stage: Stage, options: CampaignOptions, draw: Draw): Promise<Deeds> {
  const main = await corruptRecords(stage, options, draw)
  const models = new Map<number, { kind: string; records: ReadonlyMap<string, InferenceRecord> }>()
  for (let i = 0; i < options.falseIndexes; i++) {
    for (const kind of Object.keys(indexFrauds)) {
      const { model, records } = await serveSmallModel(stage, { kind, seed: options.seed + models.size }, draw)
      models.set(model, { kind, records })
    }
  }
  const honest = await serveSmallModel(stage, { seed: options.seed + models.size }, draw)
  const row = honest.rows[draw.below(honest.rows.length)] ?? 0
  await demandOutOfSpite(stage, honest.model, row)
  return {
    records: main.corrupted,
    models,
    honest: new Set([...main.honest, ...honest.records.keys()]),
    honestModels: new Set([main.model, honest.model]),
    demanded: { model: honest.model, row },
  }
}

/** A large honest model, and an operator who does not stick to it. */
async function corruptRecords(stage: Stage, options: CampaignOptions, draw: Draw) {
  const land = landscape(options.seed, DIMS, 24)
  const { entries, rowCount, absentRows } = honestModel(stage.contributions, options.rowsEach, 60, land, draw)
  const indexHash = publish(stage, fileOf(entries, rowCount, DIMS))
  const model = await stage.register({ root: rootOfEntries(entries), indexHash, rowCount, dims: DIMS, topK: TOP_K })
  const candidates = candidatesFrom(entries, rowCount, DIMS)
  const accountOfRow = accountsOf(entries, stage.contributions, stage.operator)
  const accounts = [...new Set(accountOfRow.values()), stage.operator]
  const served: Served = { candidates, topK: TOP_K, accountOfRow, absentRows, accounts }

  const kinds = new Map<number, string>()
  const records = Array.from({ length: options.records }, () =>
    honestRecord(land.query(), candidates, TOP_K, accountOfRow, stage.payers, draw),
  )
  const names = Object.keys(recordFrauds)
  while (kinds.size < options.corrupted) {
    const at = draw.below(records.length)
    const kind = names[kinds.size % names.length] as string
    if (kinds.has(at)) continue
    const wrong = recordFrauds[kind]?.(records[at] as InferenceRecord, served, draw)
    if (wrong === undefined || isHonest(wrong, candidates, TOP_K, accountOfRow)) continue
    records[at] = wrong
    kinds.set(at, kind)
  }

  const corrupted = new Map<string, string>()
  const honest: string[] = []
  for (let from = 0; from < records.length; from += BATCH) {
    const part = records.slice(from, from + BATCH)
    const batch = await stage.record(model, { dims: DIMS, topK: TOP_K, rowCount }, part)
    part.forEach((_, index) => {
      const kind = kinds.get(from + index)
      if (kind === undefined) honest.push(`${batch}/${index}`)
      else corrupted.set(`${batch}/${index}`, kind)
    })
  }
  return { model, corrupted, honest }
}

/** Somebody demands a row of an honest model, hoping that its owner sleeps. */
async function demandOutOfSpite({ ledger, griefer }: Stage, model: number, row: number): Promise<void> {
  const { connection, walletOf, passSeconds } = ledger
  const { reader, contracts } = connection
  const demand = demandRowAct(contracts.court, zeroHash, model, row)
  await transact(reader, walletOf(griefer), commitAct(contracts.court, commitmentOf(griefer.address, demand)))
  for (let block = 0n; block < COMMIT_BLOCKS; block++) await passSeconds(1)
  await transact(reader, walletOf(griefer), demand)
}

async function watchArgs({ ledger, blobs }: Stage): Promise<readonly string[]> {
  const file = join(ledger.folder, 'deployment.json')
  writeFileSync(file, JSON.stringify(ledger.deployment))
  const connected = ['--rpc', ledger.rpcUrl, '--deployment', file, '--blobs', blobs]
  return [...connected, '--once', '--depth', '0', '--poll', '0', '--patience', '0', '--demands', '1000']
}

const key = { PRIVATE_KEY: keyOf(WATCHER) }

async function killWatcher(args: readonly string[], afterMs: number): Promise<void> {
  const victim = start('watch.ts', args, key)
  await victim.said('"index read"')
  await sleep(afterMs)
  victim.signal('SIGKILL')
  await victim.ended
}

async function watchOnce(args: readonly string[]): Promise<void> {
  const { code, err } = await start('watch.ts', args, key).ended
  if (code !== 0) throw new Error(`The watcher ended with ${code}: ${err}`)
}
