import { setTimeout as sleep } from 'node:timers/promises'
import { createTestClient, http, keccak256, parseEther, toHex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { randomSource } from '../../attribution/random.ts'
import { type Answering, BackendError } from '../../gateway/backends/backend.ts'
import { settleDue } from '../../gateway/batcher/settleDue.ts'
import { ensureBond } from '../../gateway/bond.ts'
import { ensureChannel } from '../../gateway/channels/openChannel.ts'
import type { OfferedModel } from '../../gateway/gateway.ts'
import { voucherHeader } from '../../gateway/payment/payment.ts'
import type { RunningGateway } from '../../gateway/startGateway.ts'
import { ensureAccount } from '../../pipeline/publish/account.ts'
import { bondOfAccount, bondOfModel } from '../../sdk/bond.ts'
import { connect } from '../../sdk/contracts.ts'
import { type Receipt, receiptSchema, signerOfReceipt } from '../../sdk/receipt.ts'
import { amountCovering, signVoucher } from '../../sdk/voucher.ts'
import { fund, type LocalChannel, receiptKey } from '../support/localModel.ts'
import { startSharedDatabase } from './database.ts'
import { FEE_UNIT, FEE_UNITS, type LocalGateway, MODEL, startLocalGateway } from './localGateway.ts'
import { recordedLeaves, wronglyRecorded } from './recorded.ts'
import { startWeather, type Weather } from './weather.ts'

/**
 * Two gateways on one queue in bad weather: payers of long and short channels, callers that hang up, a slow and failing backend, a node that
 * throttles, reorgs and restarts. At the end every amount must be the same wherever it stands.
 */
export interface SoakOptions {
  readonly seed: number
  readonly calls: number
  readonly payers: number
  readonly say: (line: string) => void
}

export interface SoakResult {
  readonly outcomes: Readonly<Record<string, number>>
  readonly receipts: number
  /** Fee units by receipts, by channels, by records, and what was earned, in fee units. */
  readonly signed: number
  readonly charged: number
  readonly recorded: number
  readonly earned: number
  /** What a watcher could strike or an auditor would find, in words. */
  readonly faults: readonly string[]
}

const CALLERS = 12
const DAY = 86_400

interface Payer {
  readonly channel: LocalChannel
  /** What it signed for so far. */
  signed: bigint
}

interface World {
  readonly its: LocalGateway
  readonly gateways: RunningGateway[]
  readonly weather: Weather
  readonly random: () => number
  readonly count: (outcome: string) => void
}

export async function soak({ seed, calls, payers, say }: SoakOptions): Promise<SoakResult> {
  const next = randomSource(seed)
  const random = () => (next() >>> 0) / 2 ** 32
  const database = await startSharedDatabase()
  const its = await startLocalGateway()
  const weather = await startWeather(its.local.rpcUrl, random)
  const outcomes: Record<string, number> = {}
  const count = (outcome: string) => {
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
  }
  try {
    for (const bond of [bondOfAccount(its.operator), bondOfModel(its.registered.model)])
      await ensureBond(its.local.connection, its.local.walletOf(its.local.wallets.deployer), bond, 10n ** 14n)
    const people = await openPayers(its, payers, calls)
    const connection = await connect(weather.rpcUrl, its.local.deployment)
    const start = () =>
      its.start('soak', {
        connection,
        database: database.location,
        models: [inTrouble(its.offered, random)],
        fill: { records: 100, bytes: 100_000, ageSeconds: 2, patienceSeconds: 1, cheapGasWei: 10n ** 12n },
        stuckAfterMs: 2_000,
      })
    const gateways = [await start(), await start()]
    const world: World = { its, gateways, weather, random, count }
    say(`${people.length} payers, ${calls} calls`)
    await callAll(world, people, calls, start, say)
    weather.set(0)
    const [first] = gateways as [RunningGateway]
    const anvil = nodeOf(its)
    for (let isDone = false; !isDone; await sleep(100)) {
      // What waits until no reorg reaches it waits for blocks.
      await anvil.mine({ blocks: 1 })
      const all = await Promise.all(gateways.map((gateway) => patiently(gateway.batcher.recordAll())))
      isDone = all.some(Boolean)
    }
    const receipts = await allReceipts(first)
    await Promise.all(gateways.map((gateway) => gateway.close()))
    say(`${receipts.length} answered and recorded`)
    return { outcomes, ...(await held(its, people, receipts)) }
  } finally {
    await weather.stop()
    await its.local.stop()
    await database.stop()
  }
}

async function callAll(
  world: World,
  people: readonly Payer[],
  calls: number,
  start: () => Promise<RunningGateway>,
  say: (line: string) => void,
) {
  const { weather, random, gateways, its } = world
  const anvil = nodeOf(its)
  let asked = 0
  let isOver = false
  const trouble = async () => {
    for (let turn = 0; !isOver; turn++) {
      await sleep(400 + random() * 800)
      if (isOver) return
      if (turn % 3 === 0) weather.set(random() < 0.5 ? 0 : random() * 0.3)
      if (turn % 3 === 1) {
        const depth = 1 + Math.floor(random() * 3)
        await anvil.request({ method: 'anvil_reorg', params: [depth, []] } as never).catch(() => {})
        world.count('reorg')
      }
      if (turn % 3 === 2) {
        weather.set(0)
        const i = Math.floor(random() * gateways.length)
        await (gateways[i] as RunningGateway).close()
        gateways[i] = await start()
        world.count('restart')
      }
    }
  }
  const troubles = trouble()
  const callers = Array.from({ length: CALLERS }, async () => {
    while (asked < calls) {
      const number = asked++
      if (number > 0 && number % 10_000 === 0) say(`${number} asked`)
      await callOnce(world, people[number % people.length] as Payer, number)
    }
  })
  await Promise.all(callers)
  isOver = true
  await troubles
}

/** Whether all is recorded; false too where that waits for blocks. */
async function patiently(recording: Promise<boolean>): Promise<boolean> {
  return await Promise.race([recording.catch(() => false), sleep(500, false)])
}

function nodeOf({ local }: LocalGateway) {
  return createTestClient({ mode: 'anvil', chain: local.connection.reader.chain, transport: http(local.rpcUrl) })
}

/** One call, by a client that signs what it is asked for, once. */
async function callOnce({ its, gateways, random, count }: World, payer: Payer, number: number): Promise<void> {
  const gateway = gateways[Math.floor(random() * gateways.length)] as RunningGateway
  const kind = random()
  const isStreamed = kind < 0.2
  const body = isStreamed
    ? { model: MODEL, stream: true, messages: [{ role: 'user', content: `call ${number}?` }] }
    : { model: MODEL, input: `call ${number}?` }
  const path = isStreamed ? '/v1/chat/completions' : '/v1/classifications'
  const hangUp = new AbortController()
  if (kind < 0.1) setTimeout(() => hangUp.abort(), random() * 40)
  const send = async (units: bigint) =>
    await fetch(`${gateway.url}${path}`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        'Idempotency-Key': `${number}`,
        ...(await voucherOf(its, payer, units)),
      },
      body: JSON.stringify(body),
      signal: hangUp.signal,
    })
  try {
    if (kind > 0.95) payer.signed -= 1n
    payer.signed += BigInt(FEE_UNITS)
    let response = await send(payer.signed)
    if (response.status === 402) {
      const { attribution } = (await response.json()) as { attribution: { maxClaimableAmount?: string } }
      const wanted = BigInt(attribution.maxClaimableAmount ?? 0) / (FEE_UNIT * 10n ** 9n)
      if (wanted > payer.signed) payer.signed = wanted
      response = await send(payer.signed)
    }
    await response.text()
    count(`${response.status}`)
  } catch {
    count(hangUp.signal.aborted ? 'hung up' : 'cut off')
  }
}

async function voucherOf({ local }: LocalGateway, { channel }: Payer, units: bigint) {
  const { reader, contracts } = local.connection
  const place = { chainId: reader.chain.id, address: contracts.channels.address }
  const amount = amountCovering(units, FEE_UNIT)
  const voucher = await signVoucher(place, channel.signer, { channelId: channel.id, maxClaimableAmount: amount })
  return { 'Attribution-Voucher': voucherHeader(channel, voucher) }
}

/** Every fourth has a channel that ends before its calls do. */
async function openPayers(its: LocalGateway, payers: number, calls: number): Promise<readonly Payer[]> {
  const { local, operator, registered } = its
  const { connection, walletOf } = local
  const anvil = nodeOf(its)
  const people: Payer[] = []
  for (let i = 0; i < payers; i++) {
    const holder = privateKeyToAccount(keccak256(toHex(`payer ${i}`)))
    await anvil.setBalance({ address: holder.address, value: parseEther('10') })
    const mostCalls = Math.ceil((calls / payers) * 2) + 10
    const amountGwei = BigInt(i % 4 === 3 ? Math.ceil(mostCalls / 8) : mostCalls) * BigInt(FEE_UNITS) * FEE_UNIT
    await fund(local, holder, amountGwei)
    const payer = await ensureAccount(connection, walletOf(holder))
    const signer = privateKeyToAccount(keccak256(toHex(`vouchers ${i}`)))
    const key = { payer, operator, model: registered.model, salt: 1 }
    const id = await ensureChannel(connection, walletOf(holder), { ...key, signer: signer.address, amountGwei })
    people.push({ channel: { ...key, id, signer }, signed: 0n })
  }
  // A reorg may take batches, but no deposits: an operator waits for those as for any payment.
  await anvil.mine({ blocks: 8 })
  return people
}

/** Slow now and then, and busy or broken once in a while. */
function inTrouble(model: OfferedModel, random: () => number): OfferedModel {
  const { backend } = model
  return {
    ...model,
    backend: {
      ...backend,
      answer: async (call, signal): Promise<Answering> => {
        const drawn = random()
        if (drawn < 0.01) throw new BackendError('the test says so', drawn < 0.005 ? 'busy' : 'failed')
        await sleep(drawn > 0.98 ? 100 : drawn * 5)
        return await backend.answer(call, signal)
      },
    },
  }
}

async function allReceipts({ gateway }: RunningGateway): Promise<readonly Receipt[]> {
  const { rows } = await gateway.database.pool.query(`select receipt from calls where state = 'answered'`)
  return rows.map(({ receipt }) => receiptSchema.parse(receipt))
}

/** Receipts, channels, records and earnings, compared with each other. */
async function held(its: LocalGateway, people: readonly Payer[], receipts: readonly Receipt[]) {
  const { local, operator, offered } = its
  const { connection, wallets, walletOf } = local
  const { reader, contracts } = connection
  const faults = [...(await wronglyRecorded(its, receipts))]
  for (const receipt of receipts.filter((_, i) => i % Math.ceil(receipts.length / 500) === 0))
    if ((await signerOfReceipt(receipt)) !== receiptKey.address)
      faults.push(`a receipt of ${receipt.payer} is not signed`)
  const { units: recorded } = await recordedLeaves(its)
  let charged = 0
  for (const { channel, signed } of people) {
    const units = await its.chargedOn(channel)
    if (BigInt(units) > signed) faults.push(`payer ${channel.payer} is charged ${units} and signed for ${signed}`)
    charged += units
  }
  await local.passSeconds(30 * DAY)
  await local.passSeconds(4 * DAY)
  await settleDue(connection, walletOf(wallets.operator), offered.serving)
  const accounts = await reader.readContract({ ...contracts.accounts, functionName: 'accountCount' })
  let earnedGwei = 0n
  for (let account = 1; account <= accounts; account++) {
    const [earned] = await reader.readContract({ ...contracts.earnings, functionName: 'earningsOf', args: [account] })
    earnedGwei += earned
  }
  const signed = receipts.length * FEE_UNITS
  const earned = Number(earnedGwei / FEE_UNIT)
  if (earnedGwei % FEE_UNIT !== 0n) faults.push(`${earnedGwei % FEE_UNIT} gwei were earned beside whole fee units`)
  return { receipts: receipts.length, signed, charged, recorded, earned, faults, operator }
}
