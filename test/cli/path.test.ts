import { cpSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createTestClient, http, parseEther } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ensureBond } from '../../gateway/bond.ts'
import { voucherHeader } from '../../gateway/payment/payment.ts'
import { bondOfAccount, bondOfModel } from '../../sdk/bond.ts'
import { attribution, signedBy, startAttribution } from '../support/attribution.ts'
import { startFaultyNode } from '../support/breakingNode.ts'
import { deploymentFileOf } from '../support/deploymentFile.ts'
import { voucherFor } from '../support/localBatches.ts'
import { type LocalLedger, startLocalLedger } from '../support/localLedger.ts'
import { ACTIVATION_SECONDS, openLocalChannel } from '../support/localModel.ts'
import type { Running, Typed } from '../support/typed.ts'

/** From a contributor's items to a paid answer by commands alone, with what people do wrong on the way. */

const [CURATOR, OWNER, OPERATOR] = [signedBy(1), signedBy(2), signedBy(3)]
const CONTRIBUTORS = [signedBy(9), signedBy(10), signedBy(11)]
const VERSION = `${(1n << 32n) | 1n}`
const BONDED = 1_000_000_000_000n

const texts = [
  ['Two loaves of rye bread for Saturday, please.', 'When does the museum close on Mondays?'],
  ['Send me twelve red tulips on Friday.', 'Why is my train late again today?'],
  ['Please deliver forty bricks to the new garage.', 'How deep is the lake behind the mill?'],
] as const
const jsonl = (lines: readonly unknown[]): string => `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`
const itemsOf = ([order, question]: readonly [string, string]): string =>
  jsonl([
    { label: 'order', text: order },
    { label: 'question', text: question },
  ])

let local: LocalLedger
let folder: string

/** Types a command in the folder, whose configuration names node and deployment. */
const run = (line: string, env: Readonly<Record<string, string>> = {}): Promise<Typed> =>
  attribution(line.split(' '), env, folder)
const told = async <T>(line: string, env: Readonly<Record<string, string>> = {}): Promise<T> => {
  const { code, out, err } = await run(`${line} --json`, env)
  expect({ code, err }).toEqual({ code: 0, err: '' })
  return JSON.parse(out) as T
}
const refused = async (line: string, sentence: string | RegExp, env: Readonly<Record<string, string>> = {}) => {
  const { code, err } = await run(line, env)
  expect(err).toMatch(sentence)
  expect(err).not.toContain('    at ')
  expect(code).not.toBe(0)
}
const write = (name: string, content: string): void => writeFileSync(join(folder, name), content)
const sentBlocks = () => local.connection.reader.getBlockNumber()

beforeAll(async () => {
  local = await startLocalLedger(CONTRIBUTORS.length + 1)
  folder = join(local.folder, 'work')
  mkdirSync(join(folder, 'dataset'), { recursive: true })
  mkdirSync(join(folder, 'items'))
  write('attribution.config.json', JSON.stringify({ rpc: local.rpcUrl, deployment: deploymentFileOf(local) }))
  write('dataset/dataset.json', JSON.stringify({ licence: 'CC0-1.0', metadataURI: 'ipfs://card' }))
  write('dataset/TERMS.md', 'Share alike.')
  write('dataset/README.md', '# Orders and questions')
  for (const [i, own] of texts.entries()) write(`${i}.jsonl`, itemsOf(own))
  write('items/held-out.jsonl', itemsOf(['Three boxes of green tea.', 'Where can I park near the theatre?']))
})
afterAll(() => local?.stop())

describe('a dataset', () => {
  it('is registered once, after the command has said what it would send', async () => {
    const before = await sentBlocks()
    const dry = await run('dataset register dataset --dry-run', CURATOR)
    expect(dry.out).toMatch(/Register a dataset under CC0-1\.0.*Datasets\.register[\s\S]*Nothing was sent/)
    expect(await sentBlocks()).toBe(before)
    expect(await told('dataset register dataset --yes', CURATOR)).toMatchObject({ dataset: 1 })
    expect(await told('dataset register dataset --yes', CURATOR)).toMatchObject({ dataset: 1, sent: false })
    expect(await told('dataset list')).toMatchObject({ datasets: [{ dataset: 1, licence: 'CC0-1.0' }] })
  })

  it.each([
    ['do what you like!', 'ipfs://card', /is not an SPDX licence identifier/],
    ['CC0-1.0', 'http://127.0.0.1:4000/card', /would be registered for good as/],
    ['CC0-1.0', 'http://localhost/card', /localhost means something else elsewhere/],
    ['CC0-1.0', 'file:///card', /it is a file of this machine/],
    ['CC0-1.0', 'README.md', /it is no address/],
    ['CC0-1.0', 'http://192.168.1.2/', /192\.168\.1\.2 is reached from this machine or network alone/],
  ])('is refused with licence %s at %s', async (licence, metadataURI, sentence) => {
    cpSync(join(folder, 'dataset'), join(folder, 'wrong'), { recursive: true })
    write('wrong/dataset.json', JSON.stringify({ licence, metadataURI }))
    await refused('dataset register wrong --yes', sentence, CURATOR)
  })

  it('takes contributions under its own terms alone, and keeps their salts from other people’s eyes', async () => {
    const [first] = CONTRIBUTORS
    await refused(
      'contribution add 0.jsonl --dataset 99 --terms dataset/TERMS.md --yes',
      'Dataset 99 does not exist',
      first,
    )
    await refused('contribution add 0.jsonl --dataset 1 --terms 0.jsonl --yes', 'holds other terms', first)
    for (const [i, contributor] of CONTRIBUTORS.entries()) {
      const command = `contribution add ${i}.jsonl --dataset 1 --terms dataset/TERMS.md --yes`
      expect(await told(command, contributor)).toMatchObject({
        account: i + 2,
        commitment: `${i}.jsonl.commitment.json`,
      })
      expect(statSync(join(folder, `${i}.jsonl.commitment.json`)).mode & 0o777).toBe(0o600)
    }
    expect(await told('contribution add 0.jsonl --dataset 1 --terms dataset/TERMS.md --yes', first)).toMatchObject({
      status: 'submitted',
    })
  })

  describe('frozen with other contributions than were named', () => {
    let ids: readonly string[]
    beforeAll(async () => {
      const { contributions } = await told<{ contributions: { contribution: string }[] }>('contribution list')
      ids = contributions.map(({ contribution }) => contribution)
    })
    const freeze = (...named: readonly (string | undefined)[]): string => `dataset freeze 1 ${named.join(' ')} --yes`

    it('is refused where one is named twice, or was never made', async () => {
      await refused(freeze(ids[0], ids[0]), `${ids[0]} twice`, CURATOR)
      await refused(freeze(ids[0], `0x${'ab'.repeat(32)}`), 'which nobody made', CURATOR)
    })

    it('is refused where one was withdrawn, and says which', async () => {
      expect((await run(`contribution withdraw ${ids[2]} --yes`, CONTRIBUTORS[2])).out).toContain('Withdrawn.')
      await refused(freeze(...ids), `${ids[2]}, which is withdrawn`, CURATOR)
    })

    it('is refused where one is of another dataset', async () => {
      write('dataset/README.md', '# Another dataset')
      expect(await told('dataset register dataset --yes', CURATOR)).toMatchObject({ dataset: 2 })
      write('other.jsonl', itemsOf(['A kilo of flour.', 'Is it going to rain?']))
      const other = await told<{ contribution: string }>(
        'contribution add other.jsonl --dataset 2 --terms dataset/TERMS.md --yes',
        CONTRIBUTORS[2],
      )
      await refused(freeze(ids[0], other.contribution), 'which is of dataset 2', CURATOR)
      expect((await run(`dataset reject ${other.contribution} --yes`, CURATOR)).out).toContain(
        'Rejected 1 contribution.',
      )
    })

    it('is refused where more was accepted earlier than is named now', async () => {
      expect(await told(freeze(ids[0], ids[1]), CURATOR)).toMatchObject({ version: VERSION })
      await refused(freeze(ids[0]), `would also hold what was accepted earlier and is not named: ${ids[1]}`, CURATOR)
      expect(await told(freeze(ids[0], ids[1]), CURATOR)).toMatchObject({ version: VERSION, sent: false })
      expect((await run('dataset show 1')).out).toMatch(/accepted[\s\S]*withdrawn[\s\S]*frozen +version 4294967297, 2/)
    })
  })
})

describe('a run on contributors’ own items', () => {
  const train = `run train --version ${VERSION} --items items --classes order,question --no-twin --dims 64 --max-tokens 16`

  it('is not trained while items are missing', async () => {
    await refused(train, /items lacks the items of 2 contributions, the first 0x[0-9a-f]+.*Ask account 2/s)
    await refused('run train --items items', '--version and --items go together')
    await refused('run train --version 7 --items items', 'Dataset version 7 does not exist')
  })

  it('is trained on exactly what was frozen', async () => {
    for (const name of ['0.jsonl', '0.jsonl.commitment.json', '1.jsonl', '1.jsonl.commitment.json'])
      cpSync(join(folder, name), join(folder, 'items', name))
    expect(await told(train)).toMatchObject({ run: 'run', dataset: { rows: 4, versions: [VERSION] } })
  })

  it('trains on a shipped corpus without a chain, and says how it is used', async () => {
    expect(await run('run train --help')).toMatchObject({ code: 0, out: expect.stringContaining('--contributors') })
    await refused('run train --rows x', 'It takes a whole number')
  })
})

describe('a model', () => {
  const publish = 'model publish run --blobs-at ipfs://blobs'

  it('is not registered with an address that nobody else reaches', async () => {
    for (const uri of [
      'http://127.0.0.1:4000/blobs/',
      'http://[::1]/blobs/',
      'http://10.1.2.3/',
      'http://nas/',
      'blobs/',
    ])
      await refused(`model publish run --blobs-at ${uri} --yes`, '--blobs-at would be registered for good', OWNER)
  })

  it('is registered by transactions that the dry run lists one and all', async () => {
    await refused(`${publish} --operator 99 --dry-run`, 'There is no account 99', OWNER)
    expect(await told('account open --yes', OPERATOR)).toMatchObject({ account: 5 })
    const before = await sentBlocks()
    const dry = await told<{ transactions: { effect: string; gas: string | null }[]; sent: boolean }>(
      `${publish} --operator 5 --dry-run`,
      OWNER,
    )
    expect(dry.transactions.map(({ effect }) => effect.split(' ').slice(0, 3).join(' '))).toEqual([
      'Open an account',
      'Register the base',
      'Register the run',
      'Let account 5',
    ])
    expect(dry.transactions.every(({ gas }) => gas !== null)).toBe(true)
    expect(await sentBlocks()).toBe(before)
    expect(existsSync(join(folder, 'run.published'))).toBe(false)
    expect(await told(`${publish} --operator 5 --yes`, OWNER)).toEqual({ model: 2, publication: 'run.published' })
    expect(await sentBlocks()).toBe(before + BigInt(dry.transactions.length))
  })

  it('is found again with the same terms, and refused with others', async () => {
    expect((await run(`${publish} --yes`, OWNER)).out).toContain('This run is model 2 already')
    await refused(
      `${publish} --contributor-bps 5000 --yes`,
      'registered with other terms: contributor share 6000, not 5000',
      OWNER,
    )
  })

  it.each([
    [1, 'before'],
    [1, 'after'],
    [2, 'before'],
    [2, 'after'],
  ] as const)('is registered once, killed when transaction %i is sent, %s the node has it', async (nth, moment) => {
    const { reader, contracts, fromBlock } = local.connection
    const key = generatePrivateKey()
    const { address } = privateKeyToAccount(key)
    const node = createTestClient({ mode: 'anvil', chain: reader.chain, transport: http(local.rpcUrl) })
    await node.setBalance({ address, value: parseEther('1') })
    const owner = { ATTRIBUTION_PRIVATE_KEY: key }
    let running: Running | undefined
    const kill = () => running?.signal('SIGKILL')
    const faulty = await startFaultyNode(local.rpcUrl, {
      at: 'eth_sendRawTransaction',
      after: nth - 1,
      ...(moment === 'before' ? { how: 'refuse', onBefore: kill } : { how: 'drop', onAfter: kill }),
    })
    const out = `killed-${nth}-${moment}`
    const command = `${publish} --out ${out} --yes`
    running = startAttribution([...command.split(' '), '--rpc', faulty.rpcUrl], owner, folder)
    expect((await running.ended).code).toBeNull()
    await faulty.stop()
    const { model } = await told<{ model: number }>(command, owner)
    const account = await reader.readContract({ ...contracts.accounts, functionName: 'accountOf', args: [address] })
    const args = { owner: account }
    const begun = { ...contracts.fineTunes, eventName: 'FineTuneBegun', args, fromBlock, strict: true } as const
    expect((await reader.getContractEvents(begun)).map((event) => event.args.model)).toEqual([model])
    expect(await reader.getTransactionCount({ address })).toBe(2)
  })

  it('is what its run gives, and is served by those whom its owner names', async () => {
    expect((await run('run verify run --model 2')).out).toContain('Model 2 has the units of this run')
    expect(await told('model operators list 2')).toMatchObject({ operators: [{ account: 5, until: null }] })
    expect(await told('model operators add 2 3 --yes', OWNER)).toMatchObject({ account: 3, until: null })
    expect((await run('model operators remove 2 3 --yes', OWNER)).out).toMatch(/Account 3 may (not )?serve model 2/)
    expect((await run('model show 2')).out).toMatch(/operators +5[\s\S]*takes calls +from/)
  })
})

describe('serving', () => {
  const serve = 'serve --run run --fee 0.02 --port 0 --batch-age 1s'
  let voucher: string
  beforeAll(async () => {
    const { connection, wallets, walletOf } = local
    for (const bond of [bondOfAccount(5), bondOfModel(2)])
      await ensureBond(connection, walletOf(wallets.deployer), bond, BONDED)
    await local.passSeconds(ACTIVATION_SECONDS)
    const channel = await openLocalChannel(local, { operator: 5, model: 2 })
    voucher = voucherHeader(channel, await voucherFor(local, channel, 60))
  })

  it('refuses a run that is not the published one, before anything is charged', async () => {
    cpSync(join(folder, 'run'), join(folder, 'retold'), { recursive: true })
    write('retold/run.json', `${readFileSync(join(folder, 'run', 'run.json'), 'utf8')}\n`)
    const command = 'serve --run retold --publication run.published --fee 0.02 --yes'
    await refused(command, /The run in retold is 0x\w{64}, and 0x\w{64} was published/, OPERATOR)
  })

  it('says what it would send, and sends nothing, with --dry-run', async () => {
    const dry = await run(`${serve} --dry-run`, OPERATOR)
    expect(dry.out).toMatch(/Name the key[\s\S]*Record calls as they are made[\s\S]*Nothing/)
  })

  it('answers paid calls over HTTP with receipts that hold, keeps a second one out of its database, and ends on a signal', async () => {
    const unit = readFileSync('gateway/service/attribution-gateway.service', 'utf8')
    const [, , ...command] = /^ExecStart=(.*)$/m.exec(unit)?.[1]?.split(' ') ?? []
    const args = command.flatMap((word) => (word === '$SERVE_OPTIONS' ? serve.split(' ').slice(1) : [word]))
    const gateway = startAttribution(args, OPERATOR, folder)
    await gateway.said('"msg":"serving"')
    const url = /"url":"([^"]+)"/.exec(gateway.output())?.[1]
    const ask = (input: string) =>
      fetch(`${url}/v1/classifications`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'Attribution-Voucher': voucher },
        body: JSON.stringify({ model: 'model-2', input }),
      })
    const answers = [await ask('A pot of tea, please.'), await ask('Where is the harbour?')]
    expect(answers.map(({ status }) => status)).toEqual([200, 200])
    expect(await answers[0]?.json()).toMatchObject({ data: [{ label: expect.stringMatching(/^(order|question)$/) }] })
    const second = startAttribution([...serve.split(' '), '--yes'], OPERATOR, folder)
    expect(await second.ended).toMatchObject({ code: 1, err: expect.stringContaining('is in use by another process') })
    const receipt = await fetch(`${url}${answers[0]?.headers.get('attribution-receipt')}`)
    write('receipt.json', await receipt.text())
    gateway.signal('SIGTERM')
    expect((await gateway.ended).out).not.toContain('pot of tea')
    expect((await run('receipt verify receipt.json')).out).toMatch(/Recorded as promised: batch \d+, record 0/)
  })
})

describe('the command line', () => {
  it('explains every noun and verb, the indexer’s too', async () => {
    for (const noun of ['dataset', 'contribution', 'run', 'model', 'evaluation', 'serve', 'watch', 'index'])
      expect(await run(`${noun} --help`)).toMatchObject({
        code: 0,
        out: expect.stringMatching(/^(Usage: )?attribution /),
      })
    expect((await run('index verify --help')).out).toContain('--repair')
    expect(await run('index nonsense')).toMatchObject({
      code: 1,
      err: expect.stringContaining('There is no command nonsense'),
    })
    expect(await run('dataset freeze 1 none')).toMatchObject({
      code: 2,
      err: expect.stringContaining('It takes a hash'),
    })
  })
})
