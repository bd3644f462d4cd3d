import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keccak } from '../../attribution/keccak.ts'
import { ensureContribution } from '../../pipeline/publish/contribute.ts'
import { ensureDataset, ensureVersion } from '../../pipeline/publish/dataset.ts'
import { ensureCommitment, readItems } from '../../pipeline/publish/items.ts'
import { attribution, signedBy } from '../support/attribution.ts'
import { newFolder } from '../support/folder.ts'
import { type LocalLedger, startLocalLedger } from '../support/localLedger.ts'
import { auditAt } from './auditAt.ts'

/** A run that was trained already. */
const FIXTURE = new URL('../pipeline/gpu/fixture/', import.meta.url).pathname

describe('an audit with a run', () => {
  let ledger: LocalLedger
  let published: { readonly run: string; readonly blobs: string }
  beforeAll(async () => {
    ledger = await startLocalLedger(3)
    published = await publish(ledger)
  })
  afterAll(() => ledger?.stop())

  const auditRun = async (run: string, index = published.blobs) => {
    const { findings, checks } = await auditAt(ledger, ledger.rpcUrl, { run, index })
    const rows = checks.find(({ name }) => name === 'run')?.count
    return { rows, findings: findings.map(({ check, what, place }) => ({ check, what, subject: place.subject })) }
  }

  it('computes every row of the index again from the gradients', async () => {
    expect(await auditRun(published.run)).toEqual({ rows: 96, findings: [] })
  })

  it('names the file of which a byte was changed', async () => {
    const run = join(newFolder('corrupted-run'), 'run')
    cpSync(published.run, run, { recursive: true })
    const file = join(run, 'gradients.safetensors')
    const bytes = readFileSync(file)
    bytes[bytes.length - 5] = (bytes[bytes.length - 5] as number) ^ 1
    writeFileSync(file, bytes)
    const { findings } = await auditRun(run)
    expect(findings).toEqual([{ check: 'run', what: expect.stringContaining('gradients.safetensors'), subject: run }])
  })

  it('says that no model is of another run', async () => {
    const run = join(newFolder('other-run'), 'run')
    cpSync(published.run, run, { recursive: true })
    const manifest = readFileSync(join(run, 'run.json'), 'utf8')
    writeFileSync(join(run, 'run.json'), `${manifest}\n`)
    const { findings } = await auditRun(run)
    expect(findings).toEqual([
      { check: 'run', what: 'No model was registered with this run', subject: `${run}/run.json` },
    ])
  })
})

async function publish(ledger: LocalLedger) {
  const { connection, wallets, walletOf, rpcUrl, deployment, folder } = ledger
  const run = join(folder, 'run')
  cpSync(join(FIXTURE, 'run'), run, { recursive: true })
  const dataset = await ensureDataset(connection, walletOf(wallets.curator), {
    licence: 'CC0-1.0',
    termsHash: keccak(Buffer.of(1)),
    metadataHash: keccak(Buffer.of(2)),
    metadataURI: 'ipfs://card',
  })
  const ids: `0x${string}`[] = []
  for (const [i, holder] of wallets.contributors.entries()) {
    const items = readItems(join(FIXTURE, `items/${i}.jsonl`))
    const commitment = ensureCommitment(join(FIXTURE, `items/${i}.commitment.json`), items, () => {
      throw new Error('It is committed')
    })
    ids.push((await ensureContribution(connection, walletOf(holder), dataset, commitment)).contribution)
  }
  await ensureVersion(connection, walletOf(wallets.curator), dataset, ids)
  const file = join(folder, 'deployment.json')
  writeFileSync(file, JSON.stringify(deployment))
  const args = ['--rpc', rpcUrl, '--deployment', file, '--blobs-at', 'ipfs://blobs', '--yes']
  const { code } = await attribution(['model', 'publish', run, ...args], signedBy(2))
  expect(code).toBe(0)
  return { run, blobs: join(`${run}.published`, 'blobs') }
}
