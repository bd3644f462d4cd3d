import { voucherHeader } from '../../gateway/payment/payment.ts'
import type { RunningGateway } from '../../gateway/startGateway.ts'
import { answeredKeys } from '../../gateway/store/calls.ts'
import { StopError } from '../../sdk/errors.ts'
import { amountCovering, signVoucher } from '../../sdk/voucher.ts'
import type { Context } from './context.ts'
import { reachNextDay, reachTime } from './epochs.ts'
import { openGateway, type TaskToServe } from './gateway.ts'
import { bondServers, openChannels, type PayerChannel } from './payers.ts'
import type { Report } from './progress.ts'
import { DEMO_TERMS } from './settings.ts'

/** The demo's traffic: held-out texts, asked in turn by the payers over HTTP, one batch of each model a day. */

/** One call, as its payer makes it. */
interface Request {
  /** Its Idempotency-Key: asked again after a kill, it costs nothing. */
  readonly id: string
  readonly channel: PayerChannel
  readonly text: string
}

interface OpenTask extends TaskToServe {
  readonly days: readonly (readonly Request[])[]
}

/** So many texts are encoded together. */
const AT_ONCE = 32

export async function serveAll(context: Context, tasks: readonly TaskToServe[], report: Report): Promise<void> {
  const channels = await openChannels(context, tasks)
  await bondServers(context, tasks)
  await activate(context, tasks)
  const gateway = await openGateway(context, tasks)
  try {
    const open = tasks.map((task, i) => ({ ...task, days: daysOf(context, task, channels[i] ?? []) }))
    const total = tasks.reduce((sum, { demo }) => sum + demo.scenario.heldOut, 0)
    let done = 0
    for (let day = 0; day < Math.max(...open.map(({ days }) => days.length)); day++) {
      const fresh = await Promise.all(open.map(async (task) => await unanswered(gateway, task, day)))
      if (fresh.some((requests) => requests.length > 0)) await reachNextDay(context)
      await gateway.gateway.standings.refresh()
      for (const [i, task] of open.entries()) {
        await askAll(context, gateway, task, day, fresh[i] ?? [])
        done += task.days[day]?.length ?? 0
        report(done, total)
      }
      await gateway.batcher.recordAll()
    }
  } finally {
    await gateway.close()
  }
}

function daysOf({ settings }: Context, { demo }: TaskToServe, channels: readonly PayerChannel[]) {
  const { batchSize } = settings
  const requests = demo.split.heldOut.map(({ text }, i): Request => {
    const channel = channels[i % channels.length] as PayerChannel
    return { id: `${demo.task.name}-${i + 1}`, channel, text }
  })
  return Array.from({ length: Math.ceil(requests.length / batchSize) }, (_, day) =>
    requests.slice(day * batchSize, (day + 1) * batchSize),
  )
}

async function unanswered({ gateway }: RunningGateway, { published, days }: OpenTask, day: number) {
  const { operator, publication } = published
  const answered = await answeredKeys(gateway.database.pool, operator, publication.model)
  return (days[day] ?? []).filter(({ id }) => !answered.has(id))
}

/** Some at once: the model encodes together what is asked together. */
async function askAll(
  context: Context,
  gateway: RunningGateway,
  task: OpenTask,
  day: number,
  requests: readonly Request[],
): Promise<void> {
  const vouchers = await vouchersOf(context, task, day)
  for (let at = 0; at < requests.length; at += AT_ONCE) {
    await Promise.all(
      requests
        .slice(at, at + AT_ONCE)
        .map(({ id, channel, text }) =>
          askOne(gateway, id, vouchers.get(channel) as string, { model: task.demo.task.name, input: text }),
        ),
    )
  }
}

async function askOne({ url }: RunningGateway, id: string, voucher: string, body: object): Promise<void> {
  const response = await fetch(`${url}/v1/classifications`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': id, 'Attribution-Voucher': voucher },
    body: JSON.stringify(body),
  })
  const answer = await response.text()
  if (response.ok) return
  throw new StopError(`The gateway refuses call ${id}: ${answer}`, { status: response.status }, 'Start the demo again.')
}

/** For all calls of its payer up to that day's end. */
async function vouchersOf({ connection }: Context, { days }: OpenTask, day: number) {
  const { reader, contracts } = connection
  const place = { chainId: reader.chain.id, address: contracts.channels.address }
  const calls = new Map<PayerChannel, number>()
  for (const { channel } of days.slice(0, day + 1).flat()) calls.set(channel, (calls.get(channel) ?? 0) + 1)
  const vouchers = new Map<PayerChannel, string>()
  for (const [channel, count] of calls) {
    const maxClaimableAmount = amountCovering(BigInt(DEMO_TERMS.feeUnits * count), DEMO_TERMS.pay.feeUnitGwei)
    const voucher = await signVoucher(place, channel.signer, { channelId: channel.id, maxClaimableAmount })
    vouchers.set(channel, voucherHeader(channel, voucher))
  }
  return vouchers
}

/** Days pass in which contributors could check their rows; then the models take calls. */
async function activate(context: Context, tasks: readonly TaskToServe[]): Promise<void> {
  const { reader, contracts } = context.connection
  for (const { published } of tasks) {
    const args = [published.publication.model] as const
    await reachTime(context, await reader.readContract({ ...contracts.models, functionName: 'activeFrom', args }))
  }
}
