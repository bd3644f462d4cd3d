import { randomBytes } from 'node:crypto'
import { cpSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Hex } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keccak } from '../../../attribution/keccak.ts'
import { decodeRowIndex } from '../../../attribution/rowIndex.ts'
import { readBlob } from '../../../pipeline/publish/blobs.ts'
import { ensureContribution } from '../../../pipeline/publish/contribute.ts'
import { ensureDataset, ensureVersion } from '../../../pipeline/publish/dataset.ts'
import { ensureCommitment } from '../../../pipeline/publish/items.ts'
import { DEFAULT_PAY, payTermsOf } from '../../../pipeline/publish/payTerms.ts'
import { prepareEqualSplit, prepareRun } from '../../../pipeline/publish/prepareRun.ts'
import { readPublished, readServable } from '../../../pipeline/publish/publication.ts'
import { type PublishOptions, publishRun } from '../../../pipeline/publish/publishRun.ts'
import { readRun } from '../../../pipeline/run/readRun.ts'
import { DEFAULT_SKETCH } from '../../../pipeline/train/emit/describeRun.ts'
import { MAIL } from '../../../pipeline/train/tasks/mail/mail.ts'
import { splitTask } from '../../../pipeline/train/tasks/split.ts'
import { type TrainingContribution, trainRun } from '../../../pipeline/train/trainRun.ts'
import { attribution, signedBy } from '../../support/attribution.ts'
import { type LocalLedger, startLocalLedger } from '../../support/localLedger.ts'

const CONTRIBUTORS = 8
const split = splitTask(MAIL, { seed: 7, rows: 48, heldOut: 8, contributors: CONTRIBUTORS })

describe('a run on its way onto the chain', () => {
  let local: LocalLedger
  let contributions: readonly TrainingContribution[]
  let version: bigint

  beforeAll(async () => {
    local = await startLocalLedger(CONTRIBUTORS)
    const { connection, wallets, walletOf, folder } = local
    const terms = {
      licence: 'CC0-1.0',
      termsHash: keccak(Buffer.of(1)),
      metadataHash: keccak(Buffer.of(2)),
      metadataURI: 'ipfs://card',
    }
    const dataset = await ensureDataset(connection, walletOf(wallets.curator), terms)
    contributions = await Promise.all(
      split.contributors.map(async ({ name, items }, i): Promise<TrainingContribution> => {
        const holder = wallets.contributors[i]
        if (holder === undefined) throw new Error('everyone has a wallet')
        const commitment = ensureCommitment(join(folder, `${name}.json`), items, () => randomBytes(32))
        const { contribution } = await ensureContribution(connection, walletOf(holder), dataset, commitment)
        return { id: contribution, items, itemHashes: commitment.items.map(({ itemHash }) => itemHash) }
      }),
    )
    // The last contribution is not accepted: what was trained on it may not be published.
    const accepted = contributions.slice(0, -1).map(({ id }) => id)
    version = await ensureVersion(connection, walletOf(wallets.curator), dataset, accepted)
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

  const shares = { contributorBps: 6_000, operatorBps: 1_500, royaltyBps: 0 }
  const options = (name: string): PublishOptions => {
    const { connection, wallets, walletOf, folder } = local
    return {
      connection,
      owner: walletOf(wallets.owner),
      baseOwner: walletOf(wallets.baseOwner),
      baseRoyaltyBps: 500,
      shares,
      pay: payTermsOf(DEFAULT_PAY),
      operators: [],
      folder: join(folder, name),
      blobs: join(folder, 'blobs'),
      blobsAt: 'http://127.0.0.1/blobs/',
    }
  }

  it('is registered with its units, and a second pass finds it and sends nothing', async () => {
    const { connection, folder } = local
    const { reader, contracts } = connection
    const runFolder = await train('run', accepted())
    const publish = async () => await publishRun(await prepare(runFolder), options('publication'))
    const first = await publish()
    const block = await reader.getBlockNumber()
    expect(await publish()).toEqual(first)
    expect(await reader.getBlockNumber()).toBe(block)

    const { publication, sketcher, indexFile } = readPublished(join(folder, 'publication'), join(folder, 'blobs'))
    expect(publication).toEqual(first)
    const index = decodeRowIndex(indexFile)
    const rows = index.units.flat()
    const itemHashes = accepted().flatMap(({ itemHashes: hashes }) => hashes)
    expect(rows.map(({ itemHash }) => itemHash).toSorted()).toEqual(itemHashes.toSorted())
    expect({ k: index.k, dims: sketcher.dims, dropped: publication.dropped.length }).toEqual({
      k: 64,
      dims: 64,
      dropped: rows.filter(({ multiplier }) => multiplier === 0).length,
    })
    const terms = await reader.readContract({ ...contracts.models, functionName: 'rowTermsOf', args: [first.model] })
    const { units } = await prepare(runFolder)
    expect(terms).toMatchObject({ indexRoot: units.root, dims: 64, unitCount: units.given.length })
    expect(keccak(readBlob(join(folder, 'blobs'), first.manifestHash))).toBe(first.manifestHash)
  })

  it('is not registered a second time with other terms', async () => {
    const prepared = await prepare(join(local.folder, 'run'))
    const again = (change: Partial<PublishOptions>) => publishRun(prepared, { ...options('other'), ...change })
    const pay = payTermsOf(DEFAULT_PAY)
    await expect(again({ pay: { ...pay, baseBps: 1_000 } })).rejects.toThrow(
      /This run is model \d+ already, registered with other terms: base 0, not 1000/,
    )
    await expect(again({ pay: { ...pay, sketched: false } })).rejects.toThrow('sketched true, not false')
    await expect(again({ pay: { ...pay, floorBps: 5_000 } })).rejects.toThrow('floor 10000, not 5000')
    await expect(again({ pay: { ...pay, feeUnitGwei: 1 } })).rejects.toThrow('fee unit 1000000, not 1')
    await expect(again({ shares: { ...shares, contributorBps: 6_100 } })).rejects.toThrow('contributor share 6000')
    const equal = await prepareEqualSplit(local.connection, prepared.run)
    await expect(publishRun(equal, options('other'))).rejects.toThrow('row index')
  })

  it('is registered without sketches where contributors share equally, whatever part of their items it was trained on', async () => {
    const { connection, folder } = local
    const { reader, contracts } = connection
    const some = accepted().map(({ id, items, itemHashes }) => ({
      id,
      items: items.slice(0, 2),
      itemHashes: itemHashes.slice(0, 2),
    }))
    const run = readRun(await train('equal', some))
    await expect(prepareRun(connection, run)).rejects.toThrow(
      /The run has 2 rows of contribution 0x\w+, which has \d+ items/,
    )
    const pay = payTermsOf({ ...DEFAULT_PAY, rule: 'equal-split' })
    const publish = async () => {
      const prepared = await prepareEqualSplit(connection, run)
      return await publishRun(prepared, { ...options('equal.published'), pay })
    }
    const first = await publish()
    const block = await reader.getBlockNumber()
    expect(await publish()).toEqual(first)
    expect(await reader.getBlockNumber()).toBe(block)
    const places = [join(folder, 'equal.published'), join(folder, 'blobs')] as const
    expect(() => readPublished(...places)).toThrow('shares equally and has no row index')
    expect(readServable(...places)).toEqual({
      publication: { ...first, kind: 'equal-split', manifestHash: run.manifestHash, pay },
    })

    const args = [first.model, 0] as const
    const terms = await reader.readContract({ ...contracts.models, functionName: 'settlementTerms', args })
    const items = accepted().flatMap(({ items: own }) => own).length
    expect(terms).toMatchObject({ baseBps: 10_000, dims: 0, keptRows: items, contributorBps: 6_000 })
  })

  it('is published by each rule from the command line, and by no other', async () => {
    const deployment = join(local.folder, 'deployment.json')
    writeFileSync(deployment, JSON.stringify(local.deployment))
    const folder = join(local.folder, 'run')
    const publish = (...args: readonly string[]) =>
      attribution(
        [
          ...['model', 'publish', folder, ...args, '--rpc', local.rpcUrl, '--deployment', deployment],
          ...['--blobs-at', 'ipfs://blobs', '--out', join(local.folder, 'typed')],
        ],
        // Another owner than before, for whom the run is not registered yet.
        signedBy(3),
      )
    const rows = readRun(folder).rows.length
    const dry = await publish('--rule', 'equal-split', '--dry-run')
    expect(dry.out).toContain(`${rows} rows of 7 contributions; the ${rows} items of the run’s dataset versions share`)
    expect(dry.out).toMatch(/FineTunes\.registerFineTune, [\d,]+ gas[\s\S]*Nothing was sent/)
    const sent = await publish('--rule', 'fixed-weights', '--base', '20', '--yes')
    expect(sent.err).toMatch(/^Sent 0x[\s\S]*Mined in block \d+, [\d,]+ gas: Register page 1 of 1\n$/)
    expect(sent.code).toBe(0)
    expect(sent.out).toMatch(/This run is model \d+; /)
    const again = await publish('--rule', 'net-influence', '--yes')
    expect(again).toMatchObject({ code: 1, err: expect.stringContaining('base 2000, not 0, sketched false, not true') })
    const wrong = await publish('--rule', 'lottery')
    expect(wrong).toMatchObject({ code: 2, err: expect.stringContaining('Allowed choices are net-influence') })
    const nothingLeft = await publish('--base', '100')
    expect(nothingLeft).toMatchObject({ code: 1, err: expect.stringContaining('nothing is left for net-influence') })
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
