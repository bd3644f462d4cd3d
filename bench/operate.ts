// npm run bench:operate: what a gateway adds to a call. Time with a backend that takes none, and gas and bytes of batches.
import { setTimeout as sleep } from 'node:timers/promises'
import { bytesToHex } from 'viem'
import { randomSource } from '../attribution/random.ts'
import { USUAL_FILL } from '../gateway/batcher/fill.ts'
import type { RunningGateway } from '../gateway/startGateway.ts'
import { DEFAULT_PAY, PAY_RULES, type PayRule, payTermsOf } from '../pipeline/publish/payTerms.ts'
import { runCommand, wholeNumber } from '../scripts/command.ts'
import { encodeChannels } from '../sdk/channel.ts'
import { callTo, estimate } from '../sdk/contractCall.ts'
import { encodeRecords } from '../sdk/record.ts'
import { encodeVouchers } from '../sdk/voucher.ts'
import { type LocalGateway, MODEL, post, startLocalGateway } from '../test/gateway/localGateway.ts'
import { drawCall, voucherFor } from '../test/support/localBatches.ts'
import type { LocalLedger } from '../test/support/localLedger.ts'
import {
  contributeLocal,
  type LocalChannel,
  letOperate,
  openLocalChannel,
  registerEqually,
  registerOn,
} from '../test/support/localModel.ts'
import { calldataFloor } from './floor.ts'

const SIZES = [1, 10, 100, 200, 500, 1_000]
const ETH_PRICES_GWEI = [0.001, 0.01, 0.1]
/** Of a sketch, as a run has them where it says nothing. */
const DIMS = 256
const WARMING = 50

await runCommand({
  usage: `npm run bench:operate -- [options]
  --calls <number>   how many are timed one by one, and as many at once (1000)
  --at-once <number> in flight when they are at once (32)
  --rows <number>    of the model (75)`,
  options: {
    calls: { type: 'string', default: '1000' },
    'at-once': { type: 'string', default: '32' },
    rows: { type: 'string', default: '75' },
  },
  async run(values) {
    const calls = wholeNumber('calls', values.calls, 10, 1_000_000)
    const atOnce = wholeNumber('at-once', values['at-once'], 1, 1_000)
    const rows = wholeNumber('rows', values.rows, 48, 100_000)
    const third = Math.ceil(rows / 3)
    const its = await startLocalGateway({ items: [third, third, third], bondGwei: 10n ** 15n })
    try {
      const gateway = await its.start('bench', { fill: { ...USUAL_FILL, records: 1_000, ageSeconds: 3_600 } })
      await time(its, gateway, calls, atOnce)
      await gateway.close()
      for (const rule of PAY_RULES) await gas(await recordedUnder(rule, its))
    } finally {
      await its.local.stop()
    }
  },
})

async function time(its: LocalGateway, gateway: RunningGateway, calls: number, atOnce: number): Promise<void> {
  const headers = await its.voucher(its.channels[0], 900_000)
  const ask = async (number: number) => {
    const began = performance.now()
    const { status } = await post(gateway, '/v1/classifications', { model: MODEL, input: `call ${number}?` }, headers)
    if (status !== 200) throw new Error(`A call was refused with ${status}`)
    return performance.now() - began
  }
  for (let i = 0; i < WARMING; i++) await ask(i)
  const alone: number[] = []
  const cpu = process.cpuUsage()
  for (let i = 0; i < calls; i++) alone.push(await ask(i))
  const { user, system } = process.cpuUsage(cpu)
  alone.sort((a, b) => a - b)
  const at = (part: number) => (alone[Math.floor(part * (alone.length - 1))] as number).toFixed(2)
  console.log(`one call in flight: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, ${calls} calls`)
  // Of gateway and caller together, without the database: busy neighbours lengthen times, not this.
  console.log(`processor: ${((user + system) / 1_000 / calls).toFixed(2)} ms a call`)
  await sleep(200)
  const began = performance.now()
  let asked = 0
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (asked < calls) await ask(asked++)
    }),
  )
  const seconds = (performance.now() - began) / 1_000
  console.log(`${atOnce} in flight: ${(calls / seconds).toFixed(0)} attributed calls a second`)
}

/** What batches of one kind of terms are drawn for. */
interface Recorded {
  readonly rule: PayRule
  readonly local: LocalLedger
  readonly model: number
  /** Dimensions of a record's sketch. */
  readonly k: number
  readonly channel: LocalChannel
}

async function recordedUnder(rule: PayRule, { local }: LocalGateway): Promise<Recorded> {
  const pay = payTermsOf({ ...DEFAULT_PAY, rule })
  const data = await contributeLocal(local, { items: [25, 25, 25], seed: 2 })
  const model =
    rule === 'equal-split'
      ? await registerEqually(local, data, pay)
      : (await registerOn(local, data, { k: DIMS, pay, seed: 3 + PAY_RULES.indexOf(rule) })).model
  const operator = await letOperate(local, model, 10n ** 15n)
  return {
    rule,
    local,
    model,
    k: rule === 'net-influence' ? DIMS : 0,
    channel: await openLocalChannel(local, { operator, model }),
  }
}

/** Batches of each size, as they would be sent now. */
async function gas({ rule, local, model, k, channel }: Recorded): Promise<void> {
  const { connection, wallets } = local
  const { reader, contracts } = connection
  const { maxClaimableAmount, signature } = await voucherFor(local, channel, 990_000)
  const next = randomSource(1)
  console.log(
    `\n${rule}${k > 0 ? `, k = ${k}` : ', no sketches'}\ncalls  gas a call  bytes a call  floor of its bytes  at ${ETH_PRICES_GWEI.join(' · ')} gwei, in ETH`,
  )
  for (const size of SIZES) {
    const records = []
    for (let i = 0; i < size; i++) {
      const { record } = await drawCall(local, { model, k, channels: [channel] }, next)
      records.push({ ...record, channel: 0 })
    }
    const call = callTo(contracts.ledger, 'recordBatch', [
      model,
      bytesToHex(encodeChannels([channel])),
      bytesToHex(encodeVouchers([{ channel: 0, maxClaimableAmount, signature }])),
      bytesToHex(encodeRecords(records, k, 1)),
    ])
    const used = Number(((await estimate(reader, wallets.operator.address, call)) * 10n) / 11n) / size
    const bytes = (call.data.length / 2 - 1) / size
    const floor = Number(calldataFloor(call.data)) / size
    const prices = ETH_PRICES_GWEI.map((gwei) => (used * gwei * 1e-9).toExponential(2)).join(' · ')
    console.log(
      `${`${size}`.padStart(5)}  ${used.toFixed(0).padStart(10)}  ${bytes.toFixed(1).padStart(12)}  ${floor.toFixed(0).padStart(18)}  ${prices}`,
    )
  }
}
