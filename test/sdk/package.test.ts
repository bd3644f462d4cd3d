import { copyFileSync, globSync, readFileSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { chromium } from 'playwright-core'
import type { LocalAccount } from 'viem'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { randomSource } from '../../attribution/random.ts'
import { proveEarnings, proveInference } from '../../sdk/index.ts'
import { deploymentFileOf } from '../support/deploymentFile.ts'
import { newFolder } from '../support/folder.ts'
import { keyOf } from '../support/keyOf.ts'
import { ampleVouchers, drawCalls, recordLocalBatch } from '../support/localBatches.ts'
import { type LocalLedger, startLocalLedger } from '../support/localLedger.ts'
import { fund, type LocalModel, letOperate, openLocalChannel, registerLocalModel } from '../support/localModel.ts'
import { type PackedProject, packSdk } from '../support/packedSdk.ts'
import { CHROMIUM, isInstalled } from '../support/programs.ts'

const K = 64
/** What `getEarnings` and `claim` may weigh in a page, with all that they need of viem, which is some 64,000 of it. */
const MOST_GZIPPED_BYTES = 110_000

/** What a script leaves in `globalThis.proven`. */
async function inChromium(script: string): Promise<unknown> {
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] })
  try {
    const tab = await browser.newPage()
    const failure = tab.waitForEvent('pageerror').then(({ message }) => ({ message }))
    await tab.addScriptTag({ content: script, type: 'module' })
    const proven = tab.waitForFunction('globalThis.proven').then((handle) => handle.jsonValue())
    return await Promise.race([proven, failure])
  } finally {
    await browser.close()
  }
}

describe('the package, as packed', () => {
  let local: LocalLedger
  let model: LocalModel
  let operator: number
  let project: PackedProject
  let environment: Readonly<Record<string, string>>

  beforeAll(async () => {
    project = await packSdk(newFolder('outsider'))
    local = await startLocalLedger(3)
    model = await registerLocalModel(local, { items: [40, 22, 30], k: K })
    operator = await letOperate(local, model.model)
    const channels = [await openLocalChannel(local, { operator, model: model.model })]
    const recorder = { model: model.model, k: K, channels }
    const calls = await drawCalls(local, recorder, randomSource(3), 5)
    const records = calls.map(({ record }) => record)
    await recordLocalBatch(local, recorder, records, await ampleVouchers(local, channels))
    environment = { RPC_URL: local.rpcUrl, DEPLOYMENT: deploymentFileOf(local) }
    for (const file of globSync('examples/sdk/*.ts')) copyFileSync(file, join(project.folder, basename(file)))
  })
  afterAll(async () => {
    await local?.stop()
    rmSync(project.folder, { recursive: true })
  })

  it('holds what was built, its licence, and nothing else', () => {
    expect(project.files).toEqual(
      expect.arrayContaining(['package.json', 'README.md', 'dist/LICENSE', 'dist/sdk/index.js', 'dist/sdk/index.d.ts']),
    )
    expect(project.files.filter((file) => !/^dist\/.*\.(js|d\.ts|json)$/.test(file)).toSorted()).toEqual([
      'README.md',
      'dist/LICENSE',
      'package.json',
    ])
  })

  it('is imported by Node through each of its doors', async () => {
    const script = `
      for (const door of ['', '/react', '/ethers', '/node'])
        console.log('@' + door, Object.keys(await import('@attribution-ledger/sdk' + door)).length > 1)
      const { default: claim } = await import('@attribution-ledger/sdk/erc7730/eip712-claim.json', { with: { type: 'json' } })
      console.log(claim.metadata.contractName)`
    const told = await project.node(['--input-type', 'module', '--eval', script])
    expect(told.trim().split('\n')).toEqual(['@ true', '@/react true', '@/ethers true', '@/node true', 'Earnings'])
  })

  it('has types that a strict compiler takes, with either way of finding modules', async () => {
    project.write(
      'types.ts',
      `import { claim, type Claimed, parseDeployment } from '@attribution-ledger/sdk'
       import { clientOfSigner } from '@attribution-ledger/sdk/ethers'
       import { readDeployment } from '@attribution-ledger/sdk/node'
       import { useEarnings } from '@attribution-ledger/sdk/react'
       import type { Signer } from 'ethers'
       export async function pay(signer: Signer): Promise<Claimed> {
         const client = await clientOfSigner(signer)
         return await claim(client, { deployment: parseDeployment('{}', 'here'), account: 1 })
       }
       export const claimable = () =>
         useEarnings({ deployment: readDeployment('deployment.json'), account: 1 }).data?.claimableGwei satisfies bigint | undefined
       // @ts-expect-error An account is a number.
       export const wrong = (signer: Parameters<typeof claim>[0]) => claim(signer, { deployment: readDeployment(''), account: 1n })
      `,
    )
    const strict = ['--noEmit', '--strict', '--skipLibCheck', '--target', 'es2024', '--types', 'node', 'types.ts']
    const typeRoots = ['--typeRoots', join(process.cwd(), 'node_modules/@types')]
    for (const resolution of [
      ['--module', 'nodenext'],
      ['--module', 'esnext', '--moduleResolution', 'bundler'],
    ]) {
      expect(await project.tsc([...resolution, ...typeRoots, ...strict])).toBe('')
    }
  })

  /** A script for browsers. */
  async function bundle(name: string, text: string, external: readonly RegExp[]): Promise<string> {
    const lib = { entry: project.write(`${name}.ts`, text), formats: ['es' as const], fileName: name }
    // In one file, so that what it weighs is all that it needs.
    const rolldownOptions = { external: [...external], output: { codeSplitting: false } }
    const options = { lib, rolldownOptions, target: 'es2024', minify: true, emptyOutDir: false }
    await build({ root: project.folder, logLevel: 'silent', build: options })
    const file = join(project.folder, `dist/${name}.js`)
    expect(readFileSync(file, 'utf8')).not.toMatch(/node:[a-z]|require\(|vite-browser-external/)
    return file
  }

  it('needs nothing of Node but behind its /node door', async () => {
    const doors = ['', '/react', '/ethers'].map((door) => `export * from '@attribution-ledger/sdk${door}'`)
    await bundle('whole', doors.join('\n'), [/^(viem|wagmi|@tanstack|react|ethers|zod|hash-wasm)/])
  })

  it('is small in a page that reads earnings and claims them, and runs there', async () => {
    const file = await bundle('page', `export { claim, getEarnings } from '@attribution-ledger/sdk'`, [])
    expect(gzipSync(readFileSync(file)).length).toBeLessThan(MOST_GZIPPED_BYTES)
    const { getEarnings } = await import(/* @vite-ignore */ file)
    const earnings = await getEarnings(local.connection.reader, { deployment: local.deployment, account: operator })
    expect(earnings.pending).toMatchObject([{ book: { model: model.model, operator, number: 1 } }])
  })

  it.skipIf(!isInstalled('chromium'))('proves in Chromium what it proves in Node', async () => {
    const { hash } = await local.connection.reader.getBlock()
    const asked = { deployment: local.deployment, blockHash: hash }
    const book = { model: model.model, operator, number: 1 }
    const file = await bundle(
      'proofs',
      `import { proveEarnings, proveInference } from '@attribution-ledger/sdk'
       import { createClient, http } from 'viem'
       const client = createClient({ transport: http('${local.rpcUrl}') })
       const asked = ${JSON.stringify(asked)}
       const { stands, feeUnits } = await proveInference(client, { ...asked, batch: 1n, index: 2 })
       const { books } = await proveEarnings(client, { ...asked, account: ${operator}, books: [{ book: ${JSON.stringify(book)} }] })
       globalThis.proven = { stands, feeUnits, gwei: books.map(({ gwei }) => String(gwei)) }`,
      [],
    )
    const { reader } = local.connection
    const { stands, feeUnits } = await proveInference(reader, { ...asked, batch: 1n, index: 2 })
    const { books } = await proveEarnings(reader, { ...asked, account: operator, books: [{ book }] })
    const proven = await inChromium(readFileSync(file, 'utf8'))
    expect(proven).toEqual({ stands, feeUnits, gwei: books.map(({ gwei }) => `${gwei}`) })
    expect(stands).toBe(true)
  })

  describe('runs the example', () => {
    const example = (name: string, given: Readonly<Record<string, string>>) =>
      project.node([`${name}.ts`], { ...environment, ...given })
    /** Of the first contributor and of the last payer, by their places in the wallets. */
    const [CONTRIBUTOR, PAYER] = [keyOf(9), keyOf(8)]

    it('contribute', async () => {
      const told = await example('contribute', {
        PRIVATE_KEY: CONTRIBUTOR,
        DATASET: `${model.contributions[0]?.dataset}`,
        TERMS_HASH: '0x5fe7f977e71dba2ea1a68e21057beebb9be2ac30c6410aa38d4f3fbe41dcffd2',
      })
      expect(told).toMatch(/^Account \d+ contributed 0x[0-9a-f]{64}\n$/)
    })

    it('payForCalls', async () => {
      await fund(local, local.wallets.payers[2] as LocalAccount, 10_000_000_000n)
      const told = await example('payForCalls', {
        PRIVATE_KEY: PAYER,
        OPERATOR: `${operator}`,
        MODEL: `${model.model}`,
      })
      const [opened, voucher] = told.split('\n') as [string, string]
      expect(JSON.parse(voucher)).toMatchObject({
        channelId: opened.replace('Opened channel ', ''),
        maxClaimableAmount: '250000000000000000',
      })
    })

    it('proveInference', async () => {
      const { hash } = await local.connection.reader.getBlock()
      const told = await example('proveInference', { BLOCK_HASH: hash, BATCH: '1', INDEX: '2' })
      expect(told).toMatch(/^Model \d+ charged account \d+ \d+ fee units for 0x[0-9a-f]{64}\nThe record stands\n$/)
    })

    it('claim, and ethersClaim', async () => {
      await local.passSeconds(30 * 86_400)
      const account = model.contributions[0]?.contributor
      const asked = { PRIVATE_KEY: CONTRIBUTOR, ACCOUNT: `${account}` }
      const told = await example('claim', asked)
      expect(told).toContain(`OPEN of model ${model.model}, from `)
      expect(told).toMatch(/Claimed [\d.]+ OPEN to 0x/)
      const other = await example('ethersClaim', { ...asked, ACCOUNT: `${operator}` })
      expect(other).toMatch(new RegExp(`^Claimed [\\d.]+ OPEN to ${local.wallets.operator.address}\n$`))
    })
  })
})
