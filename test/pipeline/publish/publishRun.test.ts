import { randomBytes } from 'node:crypto'
import { cpSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Hex } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeIndex } from '../../../attribution/influenceIndex.ts'
import { keccak } from '../../../attribution/keccak.ts'
import { readBlob } from '../../../pipeline/publish/blobs.ts'
import { ensureContribution } from '../../../pipeline/publish/contribute.ts'
import { ensureDataset, ensureVersion } from '../../../pipeline/publish/dataset.ts'
import { ensureCommitment } from '../../../pipeline/publish/items.ts'
import { prepareEqualSplit, prepareRun } from '../../../pipeline/publish/prepareRun.ts'
import { readPublished, readServable } from '../../../pipeline/publish/publication.ts'
import { publishRun } from '../../../pipeline/publish/publishRun.ts'
import { readRun } from '../../../pipeline/run/readRun.ts'
import { DEFAULT_SKETCH } from '../../../pipeline/train/emit/describeRun.ts'
import { MAIL } from '../../../pipeline/train/tasks/mail/mail.ts'
import { splitTask } from '../../../pipeline/train/tasks/split.ts'
import { type TrainingContribution, trainRun } from '../../../pipeline/train/trainRun.ts'
import { keyOf } from '../../scripts/keyOf.ts'
import { type LocalLedger, startLocalLedger } from '../../scripts/localLedger.ts'
import { type } from '../../scripts/typed.ts'

const CONTRIBUTORS = 8
const split = splitTask(MAIL, { seed: 7, rows: 48, heldOut: 8, contributors: CONTRIBUTORS })

describe('a run on its way onto the chain', () => {
  let local: LocalLedger
  let contributions: readonly TrainingContribution[]
  let version: bigint

  beforeAll(async () => {
    local = await startLocalLedger(CONTRIBUTORS)
    const { connection, cast, walletOf, folder } = local
    const terms = {
      licence: 'CC0-1.0',
      termsHash: keccak(Buffer.of(1)),
      metadataHash: keccak(Buffer.of(2)),
      metadataURI: 'ipfs://card',
    }
    const dataset = await ensureDataset(connection, walletOf(cast.curator), terms)
    contributions = await Promise.all(
      split.contributors.map(async ({ name, items }, i): Promise<TrainingContribution> => {
        const holder = cast.contributors[i]
        if (holder === undefined) throw new Error('everyone has a wallet')
        const commitment = ensureCommitment(join(folder, `${name}.json`), items, () => randomBytes(32))
        const { contribution } = await ensureContribution(connection, walletOf(holder), dataset, commitment)
        return { id: contribution, items, itemHashes: commitment.items.map(({ itemHash }) => itemHash) }
      }),
    )
    // The last contribution is not accepted: what was trained on it may not be published.
    const accepted = contributions.slice(0, -1).map(({ id }) => id)
    version = await ensureVersion(connection, walletOf(cast.curator), dataset, accepted)
  })
  afterAll(() => local.stop())

  const train = async (
    name: string,
    trainedOn: readonly TrainingContribution[],
    versions = [`${version}`],
  ): Promise<string> => {
    const outFolder = join(local.folder, name)
    await trainRun({
      contributions: trainedOn,
      versions,
      heldOut: split.heldOut,
      outFolder,
      seed: 7,
      maxTokens: 16,
      cacheFolder: join(local.folder, 'features'),
      compareFullPrecision: false,
      projectionWidth: 128,
      sketch: { ...DEFAULT_SKETCH, dims: 64 },
    })
    return outFolder
  }
  const prepare = async (runFolder: string) => await prepareRun(local.connection, readRun(runFolder))
  const accepted = () => contributions.slice(0, -1)

  it('is registered with its index, and a second pass finds it and sends nothing', async () => {
    const { connection, cast, walletOf, folder } = local
    const runFolder = await train('run', accepted())
    const publish = async () =>
      await publishRun(await prepare(runFolder), {
        connection,
        owner: walletOf(cast.owner),
        baseOwner: walletOf(cast.baseOwner),
        baseRoyaltyBps: 500,
        shares: { contributorBps: 6_000, operatorBps: 1_500, royaltyBps: 0 },
        operators: [],
        folder: join(folder, 'publication'),
        blobs: join(folder, 'blobs'),
        blobsAt: 'http://127.0.0.1/blobs/',
      })
    const first = await publish()
    const block = await connection.reader.getBlockNumber()
    expect(await publish()).toEqual(first)
    expect(await connection.reader.getBlockNumber()).toBe(block)

    const { sketcher, indexFile } = readPublished(join(folder, 'publication'), join(folder, 'blobs'))
    const { entries, rowCount } = decodeIndex(indexFile)
    const known = new Set<Hex>(accepted().map(({ id }) => id))
    expect({ rowCount, leaves: entries.length + first.duplicates.length, dims: sketcher.dims }).toEqual({
      rowCount: accepted().flatMap(({ items }) => items).length,
      leaves: rowCount,
      dims: 64,
    })
    expect(entries.every(({ contribution }) => known.has(contribution))).toBe(true)
    expect(keccak(readBlob(join(folder, 'blobs'), first.manifestHash))).toBe(first.manifestHash)
  })

  it('is registered without an index where contributors share equally, beside the one that pays by attribution', async () => {
    const { connection, cast, walletOf, folder } = local
    const { reader, contracts } = connection
    const run = readRun(await train('equal', accepted()))
    const publish = async () =>
      await publishRun(await prepareEqualSplit(connection, run), {
        connection,
        owner: walletOf(cast.owner),
        baseOwner: walletOf(cast.baseOwner),
        baseRoyaltyBps: 500,
        shares: { contributorBps: 6_000, operatorBps: 1_500, royaltyBps: 0 },
        operators: [],
        folder: join(folder, 'equal.published'),
        blobs: join(folder, 'equal.published/blobs'),
        blobsAt: 'http://127.0.0.1/blobs/',
      })
    const first = await publish()
    const block = await reader.getBlockNumber()
    expect(await publish()).toEqual(first)
    expect(await reader.getBlockNumber()).toBe(block)
    const places = [join(folder, 'equal.published'), join(folder, 'equal.published/blobs')] as const
    expect(() => readPublished(...places)).toThrow('shares equally and has no influence index')
    expect(readServable(...places)).toEqual({
      publication: { ...first, rule: 'equal-split', manifestHash: run.manifestHash },
    })

    const args = [first.model] as const
    const pool = await reader.readContract({ ...contracts.models, functionName: 'poolOf', args })
    const terms = await reader.readContract({ ...contracts.models, functionName: 'servingTerms', args })
    expect(terms).toMatchObject({ rowCount: run.rows.length, dims: 0, topK: 0, contributorBps: 0 })
    expect(terms.royalties.at(-1)).toEqual({ account: pool, bps: 6_000 })
    const { itemCount } = await reader.readContract({ ...contracts.pools, functionName: 'stateOf', args: [pool] })
    expect(itemCount).toBe(BigInt(accepted().flatMap(({ items }) => items).length))
  })

  it('is published by either rule from the command line, and by no other', async () => {
    const deployment = join(local.folder, 'deployment.json')
    writeFileSync(deployment, JSON.stringify(local.deployment))
    const folder = join(local.folder, 'equal')
    const publish = (...args: readonly string[]) =>
      type('publishRun.ts', [folder, ...args, '--rpc', local.rpcUrl, '--deployment', deployment], {
        PRIVATE_KEY: keyOf(3),
      })
    const rows = readRun(folder).rows.length
    const dry = await publish('--rule', 'equal-split', '--out', join(local.folder, 'typed'))
    expect(dry.out).toContain(`${rows} rows; the ${rows} items of the run's dataset versions share`)
    expect(dry.out).toMatch(/Models\.registerFineTune\(\{.*"rule":1\}\)[\s\S]*Nothing was sent/)
    const sent = await publish('--rule', 'equal-split', '--out', join(local.folder, 'typed'), '--send')
    expect(sent).toMatchObject({ code: 0, err: '' })
    expect(sent.out).toMatch(/This run is model \d+; /)
    const wrong = await publish('--rule', 'lottery')
    expect(wrong).toMatchObject({ code: 1, err: expect.stringContaining('--rule takes attribution or equal-split') })
  })

  it('is refused for an equal split between two versions of one dataset', async () => {
    const run = readRun(await train('twice', accepted(), [`${version}`, `${version + 1n}`]))
    await expect(prepareEqualSplit(local.connection, run)).rejects.toThrow(
      `The run names versions ${version} and ${version + 1n} of dataset 1, and an equal split counts each contribution once`,
    )
  })

  it('is refused with rows of a contribution that nobody made', async () => {
    const invented: Hex = `0x${'ab'.repeat(32)}`
    const [first, ...others] = accepted()
    if (first === undefined) throw new Error('there are contributions')
    const folder = await train('invented', [...others, { ...first, id: invented }])
    await expect(prepare(folder)).rejects.toThrow(
      new RegExp(`Row \\d+ is of contribution ${invented}, which nobody made`),
    )
  })

  it('is refused with rows of a contribution outside its frozen versions', async () => {
    const folder = await train('unaccepted', contributions)
    const last = contributions.at(-1)?.id
    await expect(prepare(folder)).rejects.toThrow(
      `is of contribution ${last}, which is submitted and in none of the run's dataset versions`,
    )
  })

  it('is refused with a dataset version that was never frozen', async () => {
    const folder = await train('unfrozen', accepted(), [`${version + 1n}`])
    await expect(prepare(folder)).rejects.toThrow(`Dataset version ${version + 1n} does not exist`)
  })

  it('is refused with item hashes that are not the contribution’s', async () => {
    const [first, second, ...others] = accepted()
    if (first === undefined || second === undefined) throw new Error('there are contributions')
    const itemHashes = first.itemHashes.map((hash, i) => (i === 0 ? (second.itemHashes[0] ?? hash) : hash))
    const folder = await train('altered', [{ ...first, itemHashes }, second, ...others])
    await expect(prepare(folder)).rejects.toThrow(`are not those of contribution ${first.id}`)
  })

  it('is refused where a file is cut short', async () => {
    const damaged = join(local.folder, 'damaged')
    cpSync(join(local.folder, 'run'), damaged, { recursive: true })
    truncateSync(join(damaged, 'gradients.safetensors'), 1_000)
    await expect(prepare(damaged)).rejects.toThrow(
      'gradients.safetensors: it is not the file that the manifest describes',
    )
  })
})
