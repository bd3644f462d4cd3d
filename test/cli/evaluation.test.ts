import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { randomSource } from '../../attribution/random.ts'
import { startIndexer } from '../../indexer/start.ts'
import { EVALUATION_FILE, formatEvaluation, parseEvaluation } from '../../pipeline/evaluate/evaluationFile.ts'
import type { EmbeddedManifest } from '../../pipeline/run/manifest.ts'
import { readManifest, readRun } from '../../pipeline/run/readRun.ts'
import type { OpenedBatch } from '../../sdk/batch.ts'
import { walletOn } from '../../sdk/chain.ts'
import { callTo } from '../../sdk/contractCall.ts'
import type { Connection } from '../../sdk/contracts.ts'
import { transact } from '../../sdk/node/transactions/transact.ts'
import { proveRecord } from '../../sdk/recordProof.ts'
import { resultsOf, righted } from '../pipeline/evaluate/harnessFixture.ts'
import { ask } from '../support/ask.ts'
import { attribution, signedBy } from '../support/attribution.ts'
import { ampleVouchers, drawCalls, recordLocalBatch } from '../support/localBatches.ts'
import { freePort, type LocalLedger, startLocalLedger } from '../support/localLedger.ts'
import { letOperate, openLocalChannel } from '../support/localModel.ts'
import { PUBLISHED_DIMS, publishSmallRun } from '../support/publishedRun.ts'

/**
 * A small model that is really trained and published on a chain of its own: its evaluations on their way from files to GraphQL and
 * back to files, and its traffic beside its training rows.
 */

const MODEL = '2'
const CONTRIBUTORS = 8
const HELD_OUT = 100
const CALLS = 90
const folder = mkdtempSync(join(tmpdir(), 'evaluate-'))
const evaluator = signedBy(1)

let local: LocalLedger
let indexer: Awaited<ReturnType<typeof startIndexer>>
let batch: OpenedBatch
let run: string
let blobs: string
let api: string
let connected: readonly string[]
let connection: Connection

beforeAll(async () => {
  local = await startLocalLedger(CONTRIBUTORS)
  ;({ connection } = local)
  ;({ run, blobs } = await publishSmallRun(local, { rows: 96, heldOut: HELD_OUT }))
  const operator = await letOperate(local, Number(MODEL))
  const channels = [await openLocalChannel(local, { operator, model: Number(MODEL) })]
  const recorder = { model: Number(MODEL), k: PUBLISHED_DIMS, channels }
  const calls = await drawCalls(local, recorder, randomSource(3), CALLS)
  const records = calls.map(({ record }) => record)
  batch = await recordLocalBatch(local, recorder, records, await ampleVouchers(local, channels))
  const { deployment, rpcUrl } = local
  indexer = await startIndexer({
    deployment,
    rpcUrls: [rpcUrl],
    database: { kind: 'embedded', folder: join(folder, 'index') },
    port: await freePort(),
    blobs,
    finalityDepth: 100_000,
    pollMs: 100,
  })
  await indexer.ready
  api = indexer.url
  const path = join(folder, 'deployment.json')
  writeFileSync(path, JSON.stringify(deployment))
  connected = ['--rpc', rpcUrl, '--deployment', path, '--blobs', blobs]
}, 600_000)

afterAll(async () => {
  await indexer?.close()
  await local?.stop()
  rmSync(folder, { recursive: true, force: true })
})

const evaluate = (...args: readonly string[]) =>
  attribution(['model', 'evaluate', MODEL, ...args, ...connected, '--blobs-at', `${api}/blobs`, '--local'], evaluator)
const check = (evaluation: bigint | string, ...args: readonly string[]) =>
  attribution(['evaluation', 'check', `${evaluation}`, ...connected, ...args])
const count = () =>
  connection.reader.readContract({ ...connection.contracts.evaluations, functionName: 'evaluationCount' })

/** What GraphQL says of all evaluations, once it has `expected` of them. */
async function evaluationsInGraphql(expected: number) {
  type Listed = { evaluations: { items: Readonly<Record<string, unknown>>[] } }
  for (;;) {
    const { evaluations } = await ask<Listed>(
      api,
      `{ evaluations(orderBy: id) { items { id kind model: modelId metric task sampleCount scoreMillionths resultsHash resultsUri
        twinHash twinScoreMillionths gained lost meanKlBillionths } } }`,
    )
    if (evaluations.items.length >= expected) return evaluations.items
  }
}

async function ratingsInGraphql(expected: number): Promise<void> {
  type Rated = { model: { ratingCount: number } }
  while ((await ask<Rated>(api, `{ model(id: ${MODEL}) { ratingCount } }`)).model.ratingCount < expected);
}

describe('an embedded run', () => {
  it('is recorded once, with its twin, after the command has said what it would send', async () => {
    const dry = await evaluate(run, '--dry-run')
    expect(dry.out).toMatch(
      /Evaluations\.recordBenchmark[\s\S]*Evaluations\.recordQuantisationLoss[\s\S]*Nothing was sent/,
    )
    expect(await count()).toBe(0n)
    const sent = await evaluate(run, '--yes')
    expect(sent.out).toMatch(/is evaluation 1 now[\s\S]*is evaluation 2 now/)
    const again = await evaluate(run, '--yes')
    expect(again.out).toMatch(/^.*\n {2}is evaluation 1 already\.\n.*\n {2}is evaluation 2 already\.\n$/)
    expect(await count()).toBe(2n)
  })

  it('is told by GraphQL with the figures of its manifest, and names a file that the indexer serves', async () => {
    const { evaluation, files } = readManifest(run) as EmbeddedManifest
    const { fineTuned, fullPrecisionFineTuned, heldOut } = evaluation
    const resultsHash = files[EVALUATION_FILE]?.keccak256
    const [benchmark, loss] = await evaluationsInGraphql(2)
    const measured = {
      model: Number(MODEL),
      metric: 'acc',
      sampleCount: heldOut,
      scoreMillionths: `${Math.round(fineTuned.accuracy * 1e6)}`,
      resultsHash,
      resultsUri: `${api}/blobs/${resultsHash}`,
    }
    expect(benchmark).toMatchObject({ kind: 'Benchmark', task: 'held-out mail', twinHash: null, ...measured })
    expect(loss).toMatchObject({
      kind: 'QuantisationLoss',
      twinScoreMillionths: `${Math.round((fullPrecisionFineTuned?.accuracy ?? 0) * 1e6)}`,
      ...measured,
    })
    const { gained, lost, meanKlBillionths } = loss as { gained: number; lost: number; meanKlBillionths: string }
    const difference = fineTuned.accuracy - (fullPrecisionFineTuned?.accuracy ?? 0)
    expect((gained - lost) / heldOut).toBeCloseTo(difference, 12)
    expect(Number(meanKlBillionths)).toBeGreaterThan(0)
    const file = await (await fetch(`${api}/blobs/${resultsHash}`)).text()
    expect(file).toBe(readFileSync(join(run, EVALUATION_FILE), 'utf8'))
  })

  it('is computed again from the file that its record names, wherever that lies', async () => {
    for (const at of [blobs, `${api}/blobs`]) {
      const checked = await check('2', '--blobs', at)
      expect(checked).toMatchObject({ code: 0, err: '' })
      expect(checked.out).toMatch(
        /^Evaluation 2, a quantisation loss of model 2[\s\S]*\n {2}meanKl [\s\S]*Every figure follows/,
      )
    }
    const missing = await check('3')
    expect(missing.err).toContain('Evaluation 3 is no benchmark and no quantisation loss')
  })

  it('is caught where its record says another figure than its file', async () => {
    const { evaluations } = connection.contracts
    const [event] = await connection.reader.getContractEvents({
      ...evaluations,
      eventName: 'BenchmarkRecorded',
      fromBlock: connection.fromBlock,
      strict: true,
    })
    if (event === undefined) throw new Error('a benchmark was recorded')
    const { benchmark } = event.args
    const score = { value: 999_000n, low: 990_000n, high: 1_000_000n }
    const embellished = { ...benchmark, measured: { ...benchmark.measured, score } }
    const wallet = walletOn(connection.reader, local.wallets.owner)
    await transact(connection.reader, wallet, callTo(evaluations, 'recordBenchmark', [Number(MODEL), embellished]))
    const checked = await check('3')
    expect(checked.code).toBe(1)
    expect(checked.out).toMatch(/measured\.score\.value +999000, but the file gives \d+\n[\s\S]*what its file does not/)
  })

  it('is refused where the file is of another model, or the run is another one', async () => {
    const evaluation = parseEvaluation(EVALUATION_FILE, readFileSync(join(run, EVALUATION_FILE)))
    const foreign = join(folder, 'foreign.jsonl')
    writeFileSync(
      foreign,
      formatEvaluation({ ...evaluation, model: { name: 'x', weightsHash: `0x${'1'.repeat(64)}` } }),
    )
    const refused = await evaluate(foreign)
    expect(refused).toMatchObject({ code: 1, out: '' })
    expect(refused.err).toMatch(/foreign\.jsonl is not of model 2 \(weights 0x1111/)
    expect(
      (await attribution(['model', 'evaluate', '1', run, ...connected, '--blobs-at', api, '--local'], evaluator)).err,
    ).toContain('Model 1 is no fine-tune that is registered here')

    const retold = join(folder, 'retold')
    cpSync(run, retold, { recursive: true })
    writeFileSync(join(retold, 'run.json'), `${readFileSync(join(retold, 'run.json'), 'utf8')}\n`)
    expect((await evaluate(retold)).err).toContain('is another run than that of model 2')
    expect(readRun(retold).adapterHash).toBe(readRun(run).adapterHash)
  })
})

describe('results of lm-evaluation-harness', () => {
  const own = () => resultsOf(join(folder, 'own'), `pretrained=letters,peft=${run},load_in_4bit=True`)
  const twin = (args = `pretrained=letters,peft=${run}`) =>
    resultsOf(mkdtempSync(join(folder, 'twin-')), args, (line, i) => (i === 0 ? righted(line, i) : line))

  it('are recorded metric by metric, with what quantisation cost', async () => {
    const before = await count()
    const sent = await evaluate(own(), '--twin', twin(), '--yes')
    expect(sent.code).toBe(0)
    expect(sent.out).toMatch(/acc of next_letter: 0\.2500 \[0\.0715, 0\.5907\] over 8 samples/)
    expect(sent.out).toMatch(/1 lost and 0 gained by quantisation, mean KL 0\.\d+ nats/)
    expect(await count()).toBe(before + 4n)
    for (let evaluation = before + 1n; evaluation <= before + 4n; evaluation++) {
      const checked = await check(evaluation)
      expect(checked.out).toContain('Every figure follows from its file.')
    }
    const again = await evaluate(join(folder, 'own'), '--twin', twin(), '--yes')
    expect(again.out.match(/already/g)).toHaveLength(4)
    expect(await count()).toBe(before + 4n)
    for (const file of readdirSync(blobs))
      expect(readFileSync(join(blobs, file), 'latin1')).not.toContain('row a follows')
  }, 600_000)

  it.each<[string, () => readonly string[], RegExp]>([
    [
      'of weights that were not registered',
      () => {
        const weights = mkdtempSync(join(folder, 'weights-'))
        writeFileSync(join(weights, 'adapter_model.safetensors'), 'other weights')
        return [join(folder, 'own'), '--weights', weights]
      },
      /is not of model 2 \(weights 0x/,
    ],
    [
      'of another base',
      () => [resultsOf(mkdtempSync(join(folder, 'base-')), `pretrained=someone/else,peft=${run}`)],
      /it evaluates a fine-tune of another base than the model has/,
    ],
    [
      'that name no weights',
      () => [resultsOf(mkdtempSync(join(folder, 'none-')), 'pretrained=letters')],
      /it does not say which weights were evaluated .* Name their folder with --weights/,
    ],
    [
      'with a twin that is quantised too',
      () => [join(folder, 'own'), '--twin', twin(`pretrained=letters,peft=${run},load_in_8bit=True`)],
      /it evaluates the twin with quantised weights/,
    ],
    [
      'of a model that was evaluated in full precision, beside a twin',
      () => [resultsOf(mkdtempSync(join(folder, 'full-')), `pretrained=letters,peft=${run}`), '--twin', twin()],
      /it evaluates the model without the quantisation that its twin is compared with/,
    ],
    ['that are not there', () => [join(folder, 'nowhere')], /There is no .*nowhere/],
  ])('are refused %s', async (_, args, sentence) => {
    const before = await count()
    const refused = await evaluate(...args(), '--yes')
    expect(refused.code).toBe(1)
    expect(refused.err).toMatch(sentence)
    expect(refused.err).not.toContain('    at ')
    expect(await count()).toBe(before)
  })
})

describe('drift', () => {
  const drift = (...args: readonly string[]) => attribution(['model', 'drift', MODEL, '--api', api, ...args])

  it('holds the served queries against the training rows, and shows benchmarks beside ratings', async () => {
    const { reader, contracts } = connection
    const [payer] = local.wallets.payers
    if (payer === undefined) throw new Error('Somebody paid')
    await transact(reader, walletOn(reader, payer), callTo(contracts.evaluations, 'rate', [proveRecord(batch, 0), 4]))
    await ratingsInGraphql(1)

    const { out, code } = await drift('--json')
    const report = JSON.parse(out)
    expect(report).toMatchObject({
      model: Number(MODEL),
      against: 'rows',
      drift: { presentCount: CALLS, level: expect.stringMatching(/^(stable|shifting|drifted)$/) },
      inferenceCount: CALLS,
      ratingCount: 1,
      meanStars: 4,
    })
    expect(report.drift.psi).toHaveLength(8)
    expect(code).toBe(report.drift.level === 'drifted' ? 3 : 0)
    expect(report.evaluations).toHaveLength(Number(await count()))

    const table = await drift()
    expect(table.out).toContain(`the largest of them       ${report.drift.largestPsi.toFixed(3)}`)
    expect(table.out).toMatch(/#1 Benchmark acc held-out mail: 0\.\d{4} \[0\.\d{4}, [01]\.\d{4}\] over 100 samples/)
    expect(table.out).toContain('4.00 of 5 stars by 1 ratings of 90 calls, weighed by their fees')
  })

  it('refuses to speak of too few queries, of no model and of no indexer', async () => {
    const few = await drift('--against', 'queries', '--latest', '40')
    expect(few).toMatchObject({ code: 1, out: '' })
    expect(few.err).toContain('40 and 40 sketches are too few to tell drift from chance. Two sets of 84 would do')
    expect((await attribution(['model', 'drift', '99', '--api', api])).err).toContain('knows no model 99')
    expect((await attribution(['model', 'drift', '1', '--api', api])).err).toContain(
      'Calls of model 1 are recorded without sketches',
    )
    const nobody = `http://127.0.0.1:${await freePort()}`
    expect((await attribution(['model', 'drift', '2', '--api', nobody])).err).toContain(
      `The API at ${nobody} does not answer`,
    )
  })
})
