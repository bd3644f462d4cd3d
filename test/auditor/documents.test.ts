import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type DocumentFormat, formatOf, formats } from '../../auditor/documents/document.ts'
import { readSubject } from '../../auditor/documents/readRecord.ts'
import { namedIn, type Subject } from '../../auditor/documents/subject.ts'
import { falseFields } from '../../auditor/documents/verifyDocument.ts'
import { connectNode } from '../../chain/node/node.ts'
import { callTo } from '../../sdk/contractCall.ts'
import { transact } from '../../sdk/node/transactions/transact.ts'
import { attribution } from '../support/attribution.ts'
import { type LocalLedger, startLocalLedger } from '../support/localLedger.ts'
import { publishSmallRun } from '../support/publishedRun.ts'
import { beginScenario } from '../support/scenario.ts'
import { rulesOf } from './documentRules.ts'

const kinds = Object.keys(formats) as DocumentFormat[]
const ofJson = ['cyclonedx', 'spdx', 'croissant'] as const

async function subjectOf({ rpcUrl, deployment }: LocalLedger, model: number, run?: string): Promise<Subject> {
  const node = connectNode(rpcUrl, { chainId: deployment.chainId })
  const { signal } = new AbortController()
  const head = await node.latest()
  return await readSubject({ node, deployment, head, signal, model, ...(run !== undefined && { run }) })
}

describe('documents of a random history', () => {
  let ledger: LocalLedger
  let subjects: readonly Subject[]

  beforeAll(async () => {
    ledger = await startLocalLedger(4, { keepsHistory: false })
    const scenario = await beginScenario(ledger, 20_261_130)
    await scenario.does('evaluate', 'evaluate', 'evaluate', ...Array(5).fill('withdrawConsent'))
    await scenario.play(60)
    // Model 1 is the base that all fine-tunes begin with.
    subjects = await Promise.all([2, 3, 4].map((model) => subjectOf(ledger, model)))
    expect(subjects.some(({ record }) => record.evaluations.length > 0)).toBe(true)
    expect(subjects.some(({ version }) => version.contributions.some(({ withdrawnAt }) => withdrawnAt))).toBe(true)
  })
  afterAll(() => ledger?.stop())

  it.each(kinds)('keep the rules of %s, whatever texts the chain holds', (kind) => {
    for (const subject of subjects) {
      const text = formats[kind](subject)
      rulesOf[kind](text)
      expect(formatOf(text)).toBe(kind)
      expect(namedIn(text)).toMatchObject({ model: subject.record.model, hasRun: false })
      expect(text).toContain(subject.version.contributions.length > 0 ? '0x' : '')
    }
  })

  it('name the contributions of a version as the contract does', async () => {
    const { reader, contracts } = ledger.connection
    for (const { version } of subjects.flatMap(({ record }) => record.versions.map((one) => ({ version: one })))) {
      const query = { ...contracts.datasets, functionName: 'versionOf', args: [version.version] } as const
      expect(version.contributions).toHaveLength((await reader.readContract(query)).contributionCount)
    }
  })

  it.each(ofJson)('are found false at each place where one value of %s is changed, and nowhere else', (kind) => {
    const [subject] = subjects as [Subject]
    const truth = JSON.parse(formats[kind](subject))
    const leaves = leavesOf(truth)
    expect(leaves.length).toBeGreaterThan(40)
    for (const leaf of leaves) {
      const changed = structuredClone(truth)
      const holder = leaf.path.slice(0, -1).reduce((value, key) => value[key], changed)
      const key = leaf.path.at(-1) as string
      holder[key] = typeof leaf.value === 'number' ? leaf.value + 1 : `${leaf.value}0`
      const found = falseFields(JSON.stringify(changed), kind, subject)
      expect(found.map(({ field, onChain }) => ({ field, onChain }))).toEqual([
        { field: nameOf(leaf.path), onChain: JSON.stringify(leaf.value) },
      ])
    }
  })
})

describe('documents of a published run', () => {
  let ledger: LocalLedger
  let run: string
  let connected: readonly string[]
  const audit = (...args: readonly string[]) => attribution(['audit', 'document', ...args, ...connected])
  const texts = new Map<DocumentFormat, string>()
  /** The file of a document, as it was written at first. */
  const written = async (kind: DocumentFormat): Promise<string> => {
    const file = join(ledger.folder, `document.${kind}`)
    if (!texts.has(kind)) {
      const args = ['--format', kind, '--model', '2', '--run', run, '--out', file]
      expect(await audit(...args)).toMatchObject({ code: 0, err: '' })
      texts.set(kind, readFileSync(file, 'utf8'))
    }
    writeFileSync(file, texts.get(kind) as string)
    return file
  }

  beforeAll(async () => {
    ledger = await startLocalLedger(8, { keepsHistory: false })
    ;({ run } = await publishSmallRun(ledger, { rows: 96, heldOut: 100 }))
    const deployment = join(ledger.folder, 'deployment.json')
    writeFileSync(deployment, JSON.stringify(ledger.deployment))
    connected = ['--rpc', ledger.rpcUrl, '--deployment', deployment]
  }, 600_000)
  afterAll(() => ledger?.stop())

  it.each(kinds)('keep the rules of %s, and are found true later too', async (kind) => {
    const file = await written(kind)
    rulesOf[kind](readFileSync(file, 'utf8'))
    const { connection, wallets, walletOf } = ledger
    // The chain goes on; a document speaks of its own block.
    const open = callTo(connection.contracts.openToken, 'transfer', [wallets.treasury.address, 1n])
    await transact(connection.reader, walletOf(wallets.deployer), open)
    expect(await audit('verify', file, '--run', run)).toMatchObject({
      code: 0,
      out: `${file} says what the chain says.\n`,
    })
  })

  it.each(kinds)('are found false with one hash of %s that is another', async (kind) => {
    const file = await written(kind)
    const text = readFileSync(file, 'utf8')
    const { record, version } = await subjectOf(ledger, 2)
    const { itemsRoot } = version.contributions[0] as { itemsRoot: string }
    const hash = kind === 'ai-act' ? record.registered.indexRoot : itemsRoot
    const digits = hash.slice(2)
    const other = `${digits.slice(0, -1)}${digits.endsWith('0') ? '1' : '0'}`
    expect(text).toContain(digits)
    writeFileSync(file, text.replaceAll(digits, other))
    const { code, out } = await audit('verify', file, '--run', run)
    expect(code).toBe(1)
    expect(out).toMatch(/^.* is false in 1 places:\n {2}(\S+|line \d+): .*on chain: .*\n$/)
    expect(out).toContain(other)
    expect(out).toContain(digits)
  })

  it('carry the weights’ sha-256 of the run, and need it to be checked', async () => {
    const file = await written('cyclonedx')
    const { files } = JSON.parse(readFileSync(join(run, 'run.json'), 'utf8'))
    const { hashes } = JSON.parse(readFileSync(file, 'utf8')).metadata.component
    expect(hashes).toEqual([{ alg: 'SHA-256', content: files['adapter_model.safetensors'].sha256 }])
    expect(await audit('verify', file)).toMatchObject({ code: 2, err: expect.stringContaining('--run') })
    const named = await attribution(['audit', '--document', file, '--run', run, ...connected])
    expect(named).toMatchObject({ code: 0, out: `${file} says what the chain says.\n` })
  })

  it('are refused with another run, of another deployment, and where a text is none', async () => {
    const file = await written('spdx')
    const text = readFileSync(file, 'utf8')
    writeFileSync(file, text.replaceAll(/(urn:attribution:)\d+/g, '$11'))
    expect((await audit('verify', file, '--run', run)).err).toContain('is about another deployment')
    writeFileSync(file, text.replaceAll(/(block:\d+:0x)../g, '$100'))
    expect((await audit('verify', file, '--run', run)).err).toContain('names a block that is not on this chain')
    writeFileSync(file, '{}')
    expect((await audit('verify', file)).err).toContain('is no document that')
    writeFileSync(join(run, 'run.json'), `${readFileSync(join(run, 'run.json'), 'utf8')}\n`)
    const { err } = await audit('--format', 'spdx', '--model', '2', '--run', run, '--out', file)
    expect(err).toContain('is not the manifest that model 2 was registered with')
  })
})

interface Leaf {
  readonly path: readonly string[]
  readonly value: string | number
}

function leavesOf(value: unknown, path: readonly string[] = []): readonly Leaf[] {
  if (typeof value === 'string' || typeof value === 'number') return [{ path, value }]
  return Object.entries(value as object).flatMap(([key, inner]) => leavesOf(inner, [...path, key]))
}

/** As findings name it: `components[0].name`. */
function nameOf(path: readonly string[]): string {
  return path.reduce((name, key) => (/^\d+$/.test(key) ? `${name}[${key}]` : name === '' ? key : `${name}.${key}`), '')
}
