import { chmodSync, existsSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { encryptKeystoreJsonSync, Wallet } from 'ethers'
import { mnemonicToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DEMO_MNEMONIC } from '../../examples/demo/wallets.ts'
import { WEI_PER_GWEI } from '../../sdk/units.ts'
import { signerOfVoucher } from '../../sdk/voucher.ts'
import { attribution, signedBy } from '../support/attribution.ts'
import { keyOf } from '../support/keyOf.ts'
import { freePort, type LocalLedger, startLocalLedger } from '../support/localLedger.ts'
import { letOperate, registerLocalModel } from '../support/localModel.ts'
import { surroundingsOf } from '../support/surroundings.ts'
import type { Typed } from '../support/typed.ts'

/** One paragraph on stderr, no stack, a non-zero exit. */
function expectParagraph({ code, err }: Typed, sentence: string | RegExp, status = 1): void {
  expect(err).toMatch(sentence)
  expect(err).not.toContain('    at ')
  expect(code).toBe(status)
}

describe('money at the command line', () => {
  let local: LocalLedger
  let surroundings: Readonly<Record<string, string>>
  let model: number
  let operator: number
  const [DEPLOYER, OPERATOR, PAYER] = [0, 3, 6]
  const run = (signer: number, ...args: readonly string[]) =>
    attribution(args, { ...surroundings, ...signedBy(signer) })
  const json = async (signer: number, ...args: readonly string[]) => {
    const { code, out, err } = await run(signer, ...args, '--json')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    return JSON.parse(out)
  }
  const sent = (signer: number, ...args: readonly string[]) => json(signer, ...args, '--yes')

  beforeAll(async () => {
    local = await startLocalLedger(3)
    surroundings = surroundingsOf(local)
    model = (await registerLocalModel(local, { items: [20, 20, 20] })).model
    operator = await letOperate(local, model, 50_000_000_000n)
  })
  afterAll(() => local?.stop())

  it('lists every transaction of a dry run with its cost, approvals too, and sends none', async () => {
    const before = await local.connection.reader.getBlockNumber()
    const dry = await run(DEPLOYER, 'bond', 'deposit', '12.5', '--account', `${operator}`, '--dry-run')
    expect(dry.out).toMatch(
      /^1\. Let Bonds take 12\.5 OPEN \(OpenToken\.approve, [\d,]+ gas\)\n2\. Deposit 12\.5 OPEN into the bond of account \d+ \(Bonds\.deposit, [\d,]+ gas\)\nIn all 12\.5 OPEN, and about 0\.000\d+ ETH for gas at [\d.]+ gwei, from 0x\w+\.\nNothing was sent\.\n$/,
    )
    const unasked = await run(DEPLOYER, 'bond', 'deposit', '12.5', '--account', `${operator}`)
    expect(unasked.out).toContain('Nothing was sent. Add --yes')
    expect(await local.connection.reader.getBlockNumber()).toBe(before)
    expectParagraph(
      await run(DEPLOYER, 'bond', 'deposit', '1', '--account', '99', '--dry-run'),
      'Bonds refuses deposit: Accounts_UnknownAccount(99)',
    )
  })

  it('puts a bond down, shows it, and takes it back after its notice', async () => {
    const put = await sent(DEPLOYER, 'bond', 'deposit', '12.5', '--account', `${operator}`)
    expect(put).toMatchObject({ bond: { kind: 'account', number: operator }, balanceGwei: '62500000000' })
    expect(put.transactions).toHaveLength(2)
    const asked = await sent(OPERATOR, 'bond', 'withdraw', '--request', '62.5')
    expect(asked).toMatchObject({ coveringGwei: '0', leavingGwei: '62500000000' })
    expect(Date.parse(asked.takenUntil) - Date.parse(asked.takenFrom)).toBe(7 * 86_400_000)
    expectParagraph(await run(OPERATOR, 'bond', 'withdraw', '--yes'), 'Bonds refuses withdraw: Bonds_LeavesLater')
    const { reader, contracts } = local.connection
    const { noticeSeconds } = await reader.readContract({ ...contracts.bonds, functionName: 'rule' })
    await local.passSeconds(noticeSeconds)
    expect(await sent(OPERATOR, 'bond', 'withdraw')).toMatchObject({ balanceGwei: '0' })
    const shown = await run(OPERATOR, 'bond', 'show', '--model', `${model}`)
    expect(shown.out).toMatch(
      /^The bond of model \d+ holds 50 OPEN; 50 of them are free to cover books\.\nIt answers for 0 OPEN of pools/,
    )
  })

  it('opens a channel, signs vouchers for it, and closes it in two steps', async () => {
    const holder = local.wallets.payers[0]?.address as string
    await sent(DEPLOYER, 'token', 'send', '20', holder)
    const key = join(local.folder, 'voucher.key')
    const named = ['--operator', `${operator}`, '--model', `${model}`]
    expectParagraph(await run(PAYER, 'channel', 'open', '10', ...named), 'Say who signs its vouchers', 2)
    const opened = await sent(PAYER, 'channel', 'open', '10', ...named, '--voucher-key', key)
    expect(opened).toMatchObject({ operator, model, salt: 1, depositGwei: '10000000000', leftGwei: '10000000000' })
    expect(statSync(key).mode & 0o777).toBe(0o600)
    await sent(PAYER, 'channel', 'deposit', '2.5', ...named)

    const payer = `${opened.payer}`
    const signed = await json(PAYER, 'channel', 'voucher', '3', ...named, '--payer', payer, '--voucher-key', key)
    expect(signed.voucher.maxClaimableAmount).toBe(`${3_000_000_000n * WEI_PER_GWEI}`)
    const place = { chainId: local.connection.reader.chain.id, address: local.deployment.contracts.channels }
    const { channelId, voucher } = signed
    const { signature, maxClaimableAmount } = voucher
    const message = { channelId, maxClaimableAmount: BigInt(maxClaimableAmount), signature }
    expect(await signerOfVoucher(place, message)).toBe(opened.signer)

    const asked = await sent(PAYER, 'channel', 'close', ...named)
    expect(asked).toMatchObject({ leavingGwei: '12500000000' })
    const early = await run(PAYER, 'channel', 'close', ...named, '--yes')
    expect(early.out).toMatch(
      /^Withdrawal of 12\.5 OPEN was asked for\. Run this again from \d{4}-\S+ \S+ UTC on to take it\.\n$/,
    )
    await local.passSeconds(2 * 86_400)
    expect(await sent(PAYER, 'channel', 'close', ...named)).toMatchObject({
      withdrawnGwei: '12500000000',
      leftGwei: '0',
    })
    expect((await json(PAYER, 'channel', 'list', holder)).channels).toHaveLength(1)
    expectParagraph(
      await run(PAYER, 'channel', 'show', ...named, '--payer', payer, '--salt', '7'),
      'has no channel for',
    )
  })

  it('writes what a Safe or a hardware wallet is to sign', async () => {
    const from = local.wallets.deployer.address
    const { out } = await attribution(
      ['bond', 'deposit', '1', '--account', `${operator}`, '--unsigned', '--from', from, '--json'],
      surroundings,
    )
    const [approve, deposit] = JSON.parse(out).unsigned
    expect([approve, deposit]).toMatchObject([
      { chainId: 31_337, from, to: local.deployment.contracts.openToken, value: '0' },
      { chainId: 31_337, from, to: local.deployment.contracts.bonds, value: '0' },
    ])
  })

  it('opens an account once, and moves it to another address in two steps', async () => {
    const [HOLDER, NEXT] = [1, 7]
    const [holder, next] = [HOLDER, NEXT].map(
      (addressIndex) => mnemonicToAccount(DEMO_MNEMONIC, { addressIndex }).address,
    )
    const { account } = await sent(HOLDER, 'account', 'open')
    expect(await sent(HOLDER, 'account', 'open')).toEqual({ account, payout: holder, sent: false })
    expect(await json(NEXT, 'account', 'show', `${holder}`)).toMatchObject({
      account,
      payout: holder,
      claimableGwei: '0',
    })
    expectParagraph(await run(HOLDER, 'account', 'rotate', `${account}`), 'A new payout address is proposed first')
    const proposed = await sent(HOLDER, 'account', 'rotate', `${account}`, '--to', `${next}`)
    expect(proposed).toMatchObject({ account, proposed: next })
    expectParagraph(
      await run(PAYER, 'account', 'rotate', `${account}`, '--accept', '--dry-run'),
      'Accounts refuses acceptPayout',
    )
    expect(await json(NEXT, 'account', 'show', `${account}`)).toMatchObject({ payout: holder })
    await sent(NEXT, 'account', 'rotate', `${account}`, '--accept')
    expect(await json(NEXT, 'account', 'show', `${account}`)).toMatchObject({ payout: next })
    expectParagraph(await run(NEXT, 'account', 'show', `${holder}`), `${holder} has no account`)
  })

  it('signs with an encrypted keystore, and finds its settings in .env and in attribution.config.json', async () => {
    const folder = mkdtempSync(join(local.folder, 'settings-'))
    const key = new Wallet(keyOf(DEPLOYER))
    const secret = { mode: 0o600 }
    writeFileSync(
      join(folder, 'key.json'),
      encryptKeystoreJsonSync(key, 'a password', { scrypt: { N: 2 ** 10 } }),
      secret,
    )
    writeFileSync(join(folder, 'password'), 'a password\n', secret)
    const file = { deployment: surroundings.ATTRIBUTION_DEPLOYMENT, keystore: 'key.json', passwordFile: 'password' }
    writeFileSync(join(folder, 'attribution.config.json'), JSON.stringify(file))
    writeFileSync(join(folder, '.env'), `ATTRIBUTION_RPC=${local.rpcUrl}\n`)
    const send = ['token', 'send', '1', local.wallets.treasury.address, '--yes']
    expect(await attribution(send, {}, folder)).toMatchObject({
      code: 0,
      out: expect.stringContaining('has received 1 OPEN'),
    })
    chmodSync(join(folder, 'password'), 0o644)
    expectParagraph(
      await attribution(send, {}, folder),
      'Others can read password. Make it yours alone: chmod 600 password',
    )
    writeFileSync(join(folder, 'other'), 'another', secret)
    expectParagraph(await attribution([...send, '--password-file', 'other'], {}, folder), 'key.json does not open')
    const shown = await attribution(['config'], {}, folder)
    expect(shown.out).toMatch(
      /rpc +http:\/\/127\.0\.0\.1:\d+ \(ATTRIBUTION_RPC in \.env\)\n[\s\S]*keystore +key\.json \(attribution\.config\.json\)/,
    )
  })

  describe('ends with one clear paragraph and a non-zero exit', () => {
    const shows = (more: Readonly<Record<string, string>>) =>
      attribution(['bond', 'show', '--account', '1'], { ...surroundings, ...more })

    it('where no node answers, or something that is none', async () => {
      const url = `http://127.0.0.1:${await freePort()}`
      expectParagraph(await shows({ ATTRIBUTION_RPC: url }), `No node answers at ${url}`)
      const page = createServer((_, response) => response.end('<html>'))
      const port = await freePort()
      page.listen(port, '127.0.0.1')
      expectParagraph(await shows({ ATTRIBUTION_RPC: `http://127.0.0.1:${port}` }), 'answers, but not as a node does')
      page.close()
    })

    it('where the node is on another chain, or nobody deployed there', async () => {
      const elsewhere = join(local.folder, 'elsewhere.json')
      writeFileSync(elsewhere, JSON.stringify({ ...local.deployment, chainId: 1 }))
      expectParagraph(
        await shows({ ATTRIBUTION_DEPLOYMENT: elsewhere }),
        /is on another chain \(expected 1, found 31337\)/,
      )
      const nowhere = join(local.folder, 'nowhere.json')
      const contracts = { ...local.deployment.contracts, bonds: local.wallets.treasury.address }
      writeFileSync(nowhere, JSON.stringify({ ...local.deployment, contracts }))
      expectParagraph(await shows({ ATTRIBUTION_DEPLOYMENT: nowhere }), 'There is no contract of this ledger at')
    })

    it('where there is no deployment, or its file is none, or none is named', async () => {
      expectParagraph(
        await shows({ ATTRIBUTION_DEPLOYMENT: '/nowhere.json' }),
        'There is no deployment at /nowhere.json. Deploy the contracts first',
      )
      const broken = join(local.folder, 'broken.json')
      writeFileSync(broken, JSON.stringify({ ...local.deployment, contracts: { ledger: '0x12' } }))
      expectParagraph(await shows({ ATTRIBUTION_DEPLOYMENT: broken }), 'does not describe a deployment')
      expectParagraph(await shows({ ATTRIBUTION_DEPLOYMENT: '' }), 'Give --deployment <file>', 2)
    })

    it('where the signer’s key is missing or is none', async () => {
      const deposit = ['bond', 'deposit', '1', '--account', '1']
      const wrong = { ...surroundings, ATTRIBUTION_PRIVATE_KEY: 'secret' }
      expectParagraph(await attribution(deposit, wrong), 'ATTRIBUTION_PRIVATE_KEY holds no key', 2)
      expectParagraph(await attribution(deposit, surroundings), 'This command signs. Give --keystore <file>', 2)
    })

    it('where an option is unknown', async () => {
      expectParagraph(await run(DEPLOYER, 'claim', '--all'), /There is no option --all\./, 2)
    })
  })

  it('keeps no journal once everything is mined', () => {
    const state = surroundings.ATTRIBUTION_STATE as string
    const journal = join(state, `31337-${local.wallets.deployer.address.toLowerCase()}.json`)
    expect(existsSync(journal)).toBe(false)
    const holder = readFileSync(journal.replace(/json$/, 'holder'), 'utf8')
    expect(JSON.parse(holder)).toMatchObject({ pid: expect.any(Number) })
  })
})
