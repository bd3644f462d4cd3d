import { randomBytes } from 'node:crypto'
import { answersOf } from '../../pipeline/serve/answers.ts'
import { type AnswersFile, openAnswersFile } from '../../pipeline/serve/answersFile.ts'
import type { Request } from '../../pipeline/serve/operation.ts'
import { operate } from '../../pipeline/serve/operator.ts'
import { type OperatorJournal, openOperatorJournal } from '../../pipeline/serve/operatorJournal.ts'
import { ensureKeyNamed, ensureReceiptKey } from '../../gateway/receipts/receiptKey.ts'
import { loadServing, type Serving } from '../../gateway/serving.ts'
import { USUAL_BATCH } from '../../gateway/batcher/takeBatch.ts'
import type { ServedModel } from '../../pipeline/train/servedModel.ts'
import { amountCovering, signVoucher } from '../../sdk/voucher.ts'
import { reachNextDay, reachTime } from './epochs.ts'
import { bondServers, openChannels, type PayerChannel } from './payers.ts'
import { placesIn } from './places.ts'
import type { Report } from './progress.ts'
import type { PublishedTask } from './publishing.ts'
import { DEMO_TERMS } from './settings.ts'
import { type Stage, walletOf } from './stage.ts'

/** The demo's traffic: held-out texts, asked in turn by the payers, one batch of each model a day. */

export interface TaskToServe extends PublishedTask {
  readonly model: ServedModel
}

/** A model with everything that its calls are answered and recorded with. */
interface OpenTask extends TaskToServe {
  readonly serving: Serving
  readonly channels: readonly PayerChannel[]
  readonly journal: OperatorJournal
  readonly answers: AnswersFile
  readonly days: readonly (readonly Request[])[]
}

const PROMISE_SECONDS = 43_200

export async function serveAll(stage: Stage, tasks: readonly TaskToServe[], report: Report): Promise<void> {
  const channels = await openChannels(stage, tasks)
  await bondServers(stage, tasks)
  await activate(stage, tasks)
  const open: OpenTask[] = []
  try {
    for (const [i, task] of tasks.entries()) open.push(await openTask(stage, task, channels[i] ?? []))
    const total = tasks.reduce((sum, { demo }) => sum + demo.scenario.heldOut, 0)
    let done = 0
    for (let day = 0; day < Math.max(...open.map(({ days }) => days.length)); day++) {
      const today = open.map((task) => ({ task, requests: task.days[day] ?? [] }))
      const isNew = today.some(({ task, requests }) => requests.some(({ id }) => !task.journal.calls.has(id)))
      if (isNew) await reachNextDay(stage)
      for (const { task, requests } of today) {
        await serveDay(stage, task, requests)
        done += requests.length
        report(done, total)
      }
    }
  } finally {
    for (const { journal, answers } of open) {
      journal.close()
      answers.close()
    }
  }
}

async function openTask(stage: Stage, task: TaskToServe, channels: readonly PayerChannel[]): Promise<OpenTask> {
  const { places, split } = task.demo
  const serving = await loadServing(stage.connection, task.published, task.published.operator)
  const requests = split.heldOut.map(({ text }, i): Request => {
    const { payer, salt } = channels[i % channels.length] as PayerChannel
    return { id: `${task.demo.task.name}-${i + 1}`, payer, salt, text }
  })
  const { batchSize } = stage.settings
  const days = Array.from({ length: Math.ceil(requests.length / batchSize) }, (_, day) =>
    requests.slice(day * batchSize, (day + 1) * batchSize),
  )
  return {
    ...task,
    serving,
    channels,
    days: await withVouchers(stage, days, channels),
    journal: openOperatorJournal(places.journal),
    answers: openAnswersFile(places.answers),
  }
}

/** With the first request of a day every payer hands over a voucher for all of its calls up to that day's end. */
async function withVouchers(
  { connection }: Stage,
  days: readonly (readonly Request[])[],
  channels: readonly PayerChannel[],
): Promise<readonly (readonly Request[])[]> {
  const { reader, contracts } = connection
  const place = { chainId: reader.chain.id, address: contracts.channels.address }
  const calls = new Map<number, number>()
  const paid: (readonly Request[])[] = []
  for (const day of days) {
    for (const { payer } of day) calls.set(payer, (calls.get(payer) ?? 0) + 1)
    const signed = new Map<number, NonNullable<Request['voucher']>>()
    for (const { payer, id: channelId, signer } of channels) {
      const units = BigInt(DEMO_TERMS.feeUnits * (calls.get(payer) ?? 0))
      const maxClaimableAmount = amountCovering(units, DEMO_TERMS.pay.feeUnitGwei)
      const { signature } = await signVoucher(place, signer, { channelId, maxClaimableAmount })
      signed.set(payer, { maxClaimableAmount, signature })
    }
    paid.push(
      day.map((request) => {
        const voucher = signed.get(request.payer)
        signed.delete(request.payer)
        return { ...request, voucher }
      }),
    )
  }
  return paid
}

async function serveDay(
  stage: Stage,
  { published, serving, model, journal, answers }: OpenTask,
  requests: readonly Request[],
): Promise<void> {
  const { settings, connection, cast } = stage
  const wallet = walletOf(stage, cast.operator)
  const receiptKey = ensureReceiptKey(placesIn(settings).receiptKey)
  await ensureKeyNamed(connection, wallet, published.operator, receiptKey)
  await operate(
    {
      connection,
      wallet,
      serving,
      receiptKey,
      answer: answersOf(model),
      journal,
      answers,
      feeUnits: DEMO_TERMS.feeUnits,
      limits: { ...USUAL_BATCH, records: settings.batchSize },
      promiseSeconds: PROMISE_SECONDS,
      topUpGwei: 0n,
      random32: () => randomBytes(32),
    },
    requests,
  )
}

/** Days pass in which contributors could check their rows; then the models take calls. */
async function activate(stage: Stage, tasks: readonly TaskToServe[]): Promise<void> {
  const { reader, contracts } = stage.connection
  for (const { published } of tasks) {
    const args = [published.publication.model] as const
    await reachTime(stage, await reader.readContract({ ...contracts.models, functionName: 'activeFrom', args }))
  }
}
