import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keccak } from '../../../attribution/keccak.ts'
import { ensureContribution } from '../../../pipeline/publish/contribute.ts'
import { ensureDataset, ensureVersion } from '../../../pipeline/publish/dataset.ts'
import { ensureCommitment, type Item } from '../../../pipeline/publish/items.ts'
import { DEFAULT_PAY, payTermsOf } from '../../../pipeline/publish/payTerms.ts'
import { prepareRun } from '../../../pipeline/publish/prepareRun.ts'
import { publishRun } from '../../../pipeline/publish/publishRun.ts'
import { readRun } from '../../../pipeline/run/readRun.ts'
import { attribution } from '../../support/attribution.ts'
import { type LocalLedger, startLocalLedger } from '../../support/localLedger.ts'
import { copyOf, fixture } from './importSetup.ts'

const items = (letters: string): Item[] => [...letters].map((text) => ({ label: 'letter', text: `row ${text}` }))

describe('an imported run on its way onto the chain', () => {
  let local: LocalLedger
  let contributions: readonly { readonly id: `0x${string}`; readonly path: string }[]
  let version: bigint

  beforeAll(async () => {
    local = await startLocalLedger(2)
    const { connection, wallets, walletOf, folder } = local
    const dataset = await ensureDataset(connection, walletOf(wallets.curator), {
      licence: 'CC0-1.0',
      termsHash: keccak(Buffer.of(1)),
      metadataHash: keccak(Buffer.of(2)),
      metadataURI: 'ipfs://card',
    })
    contributions = await Promise.all(
      [items('abcd'), items('ef')].map(async (own, i) => {
        const holder = wallets.contributors[i]
        if (holder === undefined) throw new Error('everyone has a wallet')
        const path = join(folder, `${i}.commitment.json`)
        const commitment = ensureCommitment(path, own, () => randomBytes(32))
        const { contribution } = await ensureContribution(connection, walletOf(holder), dataset, commitment)
        return { id: contribution, path }
      }),
    )
    const ids = contributions.map(({ id }) => id)
    version = await ensureVersion(connection, walletOf(wallets.curator), dataset, ids)
  })
  afterAll(() => local.stop())

  const importWith = (training: string, gradients: string, ...others: readonly string[]): string => {
    const out = join(local.folder, `run-${gradients}`)
    const args = [training, '--out', out, '--gradients', fixture(gradients), '--dataset-version', `${version}`]
    for (const { id, path } of contributions) args.push('--contribution', `${id}=${path}`)
    args.push('--base', 'example/tiny-llama', '--base-revision', '0123abc', '--base-licence', 'Apache-2.0')
    args.push('--base-weights', fixture('tiny-llama'), ...others)
    execFileSync(process.execPath, ['cli/main.ts', 'run', 'import', ...args])
    return out
  }
  const publish = async (out: string) => {
    const { connection, wallets, walletOf, folder } = local
    const prepared = await prepareRun(connection, readRun(out))
    const { model } = await publishRun(prepared, {
      connection,
      owner: walletOf(wallets.owner),
      baseOwner: walletOf(wallets.baseOwner),
      baseRoyaltyBps: 500,
      shares: { contributorBps: 6_000, operatorBps: 1_500, royaltyBps: 0 },
      pay: payTermsOf(DEFAULT_PAY),
      operators: [],
      folder: `${out}.published`,
      blobs: join(folder, 'blobs'),
      blobsAt: 'http://127.0.0.1/blobs/',
    })
    const [begun] = await connection.reader.getContractEvents({
      ...connection.contracts.fineTunes,
      eventName: 'FineTuneBegun',
      args: { model },
      fromBlock: connection.fromBlock,
      strict: true,
    })
    return { prepared, fineTune: begun?.args.fineTune }
  }

  it('is registered as the QLoRA that Axolotl made of it, with units that pay its contributors', async () => {
    const training = copyOf(join(local.folder, 'training'), 'transformers', 'axolotl')
    const out = importWith(training, 'bergson')
    const { prepared, fineTune } = await publish(out)
    const { manifest, adapterHash, manifestHash } = readRun(out)
    expect(fineTune).toMatchObject({
      versions: [version],
      adapterHash,
      manifestHash,
      method: 2,
      quantisation: { scheme: 'nf4', bits: 4, doubleQuant: true },
      index: { fileHash: keccak(prepared.units.file), dims: 64, source: 0 },
      plan: { count: 1 },
      pay: payTermsOf(DEFAULT_PAY),
    })
    const kept = prepared.units.plan.units.reduce((sum, unit) => sum + unit.kept, 0)
    expect(kept + prepared.units.copies.size).toBe(6)
    expect(manifest.base.source).toBe('hf://example/tiny-llama')
  })

  it('is not served by the embedded model, and serve says so before anything is charged', async () => {
    const out = join(local.folder, 'run-bergson')
    const args = ['serve', '--run', out, '--fee', '0.02', '--blobs', join(local.folder, 'blobs')]
    expect(await attribution(args)).toMatchObject({
      code: 1,
      err: expect.stringContaining('The embedded model cannot serve this run: it was not trained on its base'),
    })
  })

  it('is registered as a full fine-tune of the same base', async () => {
    const { fineTune } = await publish(importWith(fixture('tiny-llama'), 'trak'))
    expect(fineTune).toMatchObject({ method: 0, quantisation: { scheme: '', bits: 0, doubleQuant: false } })
  })

  it('is refused in one paragraph where the command is not understood or a file is not what it should be', () => {
    const run = (...args: readonly string[]) => {
      try {
        execFileSync(process.execPath, ['cli/main.ts', 'run', 'import', ...args], { stdio: 'pipe', encoding: 'utf8' })
      } catch (error) {
        const { status, stderr } = error as { status: number; stderr: string }
        return { status, stderr: stderr.trim() }
      }
      throw new Error('Nothing was refused.')
    }
    expect(run(fixture('trl'), '--out', join(local.folder, 'none'))).toEqual({
      status: 2,
      stderr: '--base-licence <SPDX> is missing.\n(--help says more)',
    })
    const whole = ['--base-licence', 'MIT', '--base-weights-sha256', '0'.repeat(64), '--dataset-version', '1']
    const { status, stderr } = run(fixture('axolotl'), '--out', join(local.folder, 'none'), ...whole)
    expect([status, stderr.split('\n').length]).toEqual([1, 1])
    expect(stderr).toMatch(/it holds no weights .* Name the folder with adapter_config\.json/)
  })
})
