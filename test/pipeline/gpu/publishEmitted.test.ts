import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Hex } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keccak } from '../../../attribution/keccak.ts'
import { decodeRowIndex } from '../../../attribution/rowIndex.ts'
import { packSketch, unpackSketch } from '../../../attribution/sketch.ts'
import { sketchRows } from '../../../attribution/sketcher.ts'
import { ensureContribution } from '../../../pipeline/publish/contribute.ts'
import { ensureDataset, ensureVersion } from '../../../pipeline/publish/dataset.ts'
import { ensureCommitment, readItems } from '../../../pipeline/publish/items.ts'
import { readPublished } from '../../../pipeline/publish/publication.ts'
import { fitRunSketcher } from '../../../pipeline/publish/sketches.ts'
import { readRun } from '../../../pipeline/run/readRun.ts'
import { formatSafetensors } from '../../../pipeline/run/safetensors.ts'
import { readAgain, readQueries } from '../../../pipeline/run/takenGradients.ts'
import { sketchAnswer } from '../../../pipeline/train/answerSketch.ts'
import { inferenceCommitment } from '../../../sdk/record.ts'
import { formatOpen, WEI_PER_GWEI } from '../../../sdk/units.ts'
import { attribution, signedBy } from '../../support/attribution.ts'
import { ampleVouchers, recordLocalBatch } from '../../support/localBatches.ts'
import { type LocalLedger, startLocalLedger } from '../../support/localLedger.ts'
import { letOperate, openLocalChannel } from '../../support/localModel.ts'

const fixture = (...path: readonly string[]): string => join(import.meta.dirname, 'fixture', ...path)
const CONTRIBUTORS = 3
const OWNER = signedBy(2)
const DAY = 86_400
const ANSWERS = 8
const FEE_UNITS = 500
/** As `model publish` registers unless told. */
const GWEI_A_FEE_UNIT = 1_000_000n

describe('an emitted run on its way onto the chain', () => {
  const run = readRun(fixture('run'))
  let local: LocalLedger
  let connected: readonly string[]
  let folder: string

  beforeAll(async () => {
    local = await startLocalLedger(CONTRIBUTORS)
    const { connection, wallets, walletOf, rpcUrl, deployment } = local
    const deployed = join(local.folder, 'deployment.json')
    writeFileSync(deployed, JSON.stringify(deployment))
    connected = ['--rpc', rpcUrl, '--deployment', deployed]
    folder = join(local.folder, 'run')
    cpSync(fixture('run'), folder, { recursive: true })

    const dataset = await ensureDataset(connection, walletOf(wallets.curator), {
      licence: 'CC0-1.0',
      termsHash: keccak(Buffer.of(1)),
      metadataHash: keccak(Buffer.of(2)),
      metadataURI: 'ipfs://card',
    })
    const ids: Hex[] = []
    // One after another: a contribution's name holds its contributor's account, and accounts are numbered as they open.
    for (const [i, holder] of wallets.contributors.entries()) {
      const items = readItems(fixture('items', `${i}.jsonl`))
      const commitment = ensureCommitment(fixture('items', `${i}.commitment.json`), items, noSalts)
      const { contribution } = await ensureContribution(connection, walletOf(holder), dataset, commitment)
      ids.push(contribution)
    }
    const version = await ensureVersion(connection, walletOf(wallets.curator), dataset, ids)
    expect([run.manifest.dataset.contributions.map(({ id }) => id), run.manifest.dataset.versions]).toEqual([
      ids,
      [`${version}`],
    ])
  })
  afterAll(() => local.stop())

  const audit = (...args: readonly string[]) => attribution(['run', 'verify', folder, ...args, ...connected])

  it('is registered by model publish, with a row index of the sketches of its gradients', async () => {
    const { code } = await attribution(
      ['model', 'publish', folder, ...connected, '--blobs-at', 'ipfs://blobs', '--yes'],
      OWNER,
    )
    expect(code).toBe(0)
    const out = `${folder}.published`
    const { publication, indexFile } = readPublished(out, join(out, 'blobs'))
    const { units, k } = decodeRowIndex(indexFile)
    const codes = sketchRows(fitRunSketcher(run.gradients, run.manifest.sketch), run.gradients.u)
    const rowOf = new Map(run.rows.map(({ itemHash }, row) => [itemHash, row]))
    const rows = units.flat()
    expect([rows.length, k]).toEqual([96, 64])
    expect(publication.dropped.length).toBe(rows.filter(({ multiplier }) => multiplier === 0).length)
    expect(rows.map(({ itemHash }) => itemHash).toSorted()).toEqual(run.rows.map(({ itemHash }) => itemHash).toSorted())
    for (const { itemHash, sketch } of rows) {
      expect(unpackSketch(sketch)).toEqual(codes[rowOf.get(itemHash) as number])
    }
  })

  it('is confirmed by run verify, from its gradients and from gradients that were taken again', async () => {
    const { model } = JSON.parse(readFileSync(`${folder}.published/publication.json`, 'utf8'))
    const { code, out, err } = await audit('--model', `${model}`, '--again', fixture('again.safetensors'))
    expect([code, err]).toEqual([0, ''])
    expect(out).toMatch(
      /^Model \d+ has the units of this run: \d+ units of 96 rows, of which \d+ near-cop(y was|ies were) dropped; row index 0x[0-9a-f]{64}\n/,
    )
    expect(out).toMatch(/Of 6144 codes [\d.]+ % are equal, (99\.\d+|100\.00) % within one step/)
  })

  it('is doubted by run verify where the gradients are others, or the model is of another run', async () => {
    const again = readAgain(fixture('again.safetensors'), run)
    const path = join(local.folder, 'shifted.safetensors')
    // Every row's gradients are those of the row after it.
    const shifted = new Float32Array(again.values.length)
    shifted.set(again.values.subarray(again.width))
    shifted.set(again.values.subarray(0, again.width), shifted.length - again.width)
    const tensors = { u: { shape: [again.n, again.width], values: shifted } }
    writeFileSync(path, formatSafetensors(tensors, { run: run.manifestHash }))
    const others = await audit('--again', path)
    expect([others.code, others.err]).toEqual([
      1,
      expect.stringMatching(
        /^\nThe gradients of this run are not those that you took: [\d.]+ % of the codes are within one step, and 99\.00 % must be/,
      ),
    ])
    expect((await audit('--model', '1')).err).toContain('Model 1 is no fine-tune on this chain')
    expect((await audit()).err).toContain('Say with --model or --again')
  })

  it('is paid for: answers that its operator recorded by their gradients earn what each contributor claims', async () => {
    const { model } = JSON.parse(readFileSync(`${folder}.published/publication.json`, 'utf8'))
    const { connection, wallets } = local
    const operator = await letOperate(local, model)
    const channels = [await openLocalChannel(local, { operator, model })]
    const recorder = { model, k: run.manifest.sketch.dims, channels }
    await recordLocalBatch(local, recorder, recordsOfAnswers(), await ampleVouchers(local, channels))
    // By then even a book of few fees is closed, and its window over.
    await local.passSeconds(32 * DAY)

    const [first] = wallets.contributors
    const opened = await connection.reader.readContract({
      ...connection.contracts.accounts,
      functionName: 'accountOf',
      args: [first?.address ?? '0x'],
    })
    const claimed: bigint[] = []
    for (const [i, { address }] of wallets.contributors.entries()) {
      const account = `${BigInt(opened) + BigInt(i)}`
      const { code, out } = await attribution(['claim', account, '--settle', '--yes', ...connected], OWNER)
      expect(code).toBe(0)
      const paid = await connection.reader.readContract({
        ...connection.contracts.openToken,
        functionName: 'balanceOf',
        args: [address],
      })
      expect(out).toContain(`Account ${account}: ${formatOpen(paid / WEI_PER_GWEI)} OPEN were paid to ${address}.`)
      claimed.push(paid / WEI_PER_GWEI)
    }
    const pool = (BigInt(ANSWERS * FEE_UNITS) * GWEI_A_FEE_UNIT * 60n) / 100n
    const rounded = pool - claimed.reduce((sum, gwei) => sum + gwei, 0n)
    expect(rounded).toBeGreaterThanOrEqual(0n)
    expect(rounded).toBeLessThan(10n)
    expect(claimed.every((gwei) => gwei > 0n)).toBe(true)
  })

  /** One record an answer of the fixture, sketched as an operator does. */
  function recordsOfAnswers() {
    const { n, width, values } = readQueries(fixture('queries.safetensors'), run)
    const sketcher = fitRunSketcher(run.gradients, run.manifest.sketch)
    expect(n).toBe(ANSWERS)
    return Array.from({ length: n }, (_, i) => {
      const { bits, codes } = sketchAnswer(sketcher, values.subarray(i * width, (i + 1) * width))
      const [salt, requestHash, answerHash] = [1, 2, 3].map((part) => keccak(Buffer.of(i, part)))
      const commitment = inferenceCommitment(salt ?? '0x', requestHash ?? '0x', answerHash ?? '0x', packSketch(codes))
      return { channel: 0, feeUnits: FEE_UNITS, commitment, sketch: bits }
    })
  }
})

function noSalts(): Uint8Array {
  throw new Error('the fixture brings its salts')
}
