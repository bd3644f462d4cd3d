import { bytesToHex, type Hex } from 'viem'
import { packSketch } from '../../attribution/sketch.ts'
import type { Connection } from '../../sdk/contracts.ts'
import { type Receipt, signReceipt } from '../../sdk/receipt.ts'
import { amountCovering } from '../../sdk/voucher.ts'
import { sketchAnswer } from '../train/answerSketch.ts'
import type { Refusal, Reply } from './answersFile.ts'
import { requireBonds, requireOwnBond } from './bond.ts'
import { type Charge, chargeFor } from './channelLimits.ts'
import { channelState, channelsInUse, isSigned, type UsedChannel, unitsOf } from './channelUse.ts'
import { deliverServed, hashOf } from './deliverServed.ts'
import type { Answer, OperatorOptions, Request } from './operation.ts'
import { type Call, channelName, type KeptVoucher } from './operatorJournal.ts'
import { finishSent, type RecordedBatch, recordTaken, unrecorded } from './recording.ts'
import type { Serving } from './serving.ts'
import { takeBatch } from './takeBatch.ts'

export interface Operated {
  readonly batches: readonly RecordedBatch[]
  readonly served: number
  readonly refused: number
  /** Calls that were served and whose channels do not cover them now. */
  readonly uncovered: number
}

/** Serves `requests`, and records all that was served and is not recorded. */
export async function operate(options: OperatorOptions, requests: readonly Request[]): Promise<Operated> {
  const { journal, limits } = options
  await deliverServed(options, requests)
  const fresh = distinctById(requests.filter(({ id }) => !journal.calls.has(id)))
  const batches: RecordedBatch[] = []
  let [done, served, refused, uncovered] = [0, 0, 0, 0]
  for (;;) {
    const waiting = await unrecordedNow(options)
    const room = Math.max(0, limits.records - (waiting.length - uncovered))
    const next = fresh.slice(done, done + room)
    const replies = await serveCalls(options, next, waiting)
    done += next.length
    served += replies.filter((reply) => 'answer' in reply).length
    refused += replies.filter((reply) => 'refused' in reply).length
    const recorded = await recordWaiting(options)
    uncovered = recorded.uncovered
    if (recorded.batch !== undefined) batches.push(recorded.batch)
    options.onProgress?.(done, fresh.length)
    if (done >= fresh.length && recorded.batch === undefined) return { batches, served, refused, uncovered }
  }
}

async function serveCalls(
  options: OperatorOptions,
  requests: readonly Request[],
  waiting: readonly Receipt[],
): Promise<readonly Reply[]> {
  if (requests.length === 0) return []
  const { connection, serving, journal, answers } = options
  const channels = await channelsFor(options, requests, waiting)
  const recordBy = (await timeOf(connection)) + options.promiseSeconds
  const accepted: Request[] = []
  const refused: Reply[] = []
  const owed = new Map<string, number>()
  for (const request of requests) {
    const name = channelName(request)
    const used = channels.get(name) as UsedChannel
    const added = owed.get(name) ?? 0
    const use = { ...used, owedUnits: used.owedUnits + added }
    const { feeUnitGwei } = serving.model.terms
    const charge = chargeFor(use, options.feeUnits, recordBy, feeUnitGwei)
    if (charge.kind === 'covered') {
      accepted.push(request)
      owed.set(name, added + options.feeUnits)
    } else refused.push({ id: request.id, refused: refusalOf(charge, used, serving) })
  }
  await requireBonds(connection, options, {
    units: unitsOf(waiting) + accepted.length * options.feeUnits,
    records: waiting.length + accepted.length,
  })

  const given = await options.answer(accepted.map(({ text }) => text))
  const calls = await Promise.all(
    accepted.map((request, i) => {
      const answer = given[i]
      if (answer === undefined) throw new Error(`${accepted.length} requests were answered ${given.length} times`)
      return callOf(options, request, answer, recordBy)
    }),
  )
  journal.keepCalls(calls)
  const replies = calls.map(({ id, receipt }, i): Reply => ({ id, answer: (given[i] as Answer).response, receipt }))
  answers.write([...refused, ...replies])
  return [...refused, ...replies]
}

/** Channels of the requests, once the vouchers that came along are kept: those that their signers did sign. */
async function channelsFor(
  { connection, serving, journal }: OperatorOptions,
  requests: readonly Request[],
  waiting: readonly Receipt[],
): Promise<ReadonlyMap<string, UsedChannel>> {
  const brought = requests.flatMap(({ payer, salt, voucher }): readonly KeptVoucher[] =>
    voucher === undefined ? [] : [{ payer, salt, ...voucher }],
  )
  const isSound = await Promise.all(
    brought.map(async (voucher) => {
      const key = { payer: voucher.payer, salt: voucher.salt, operator: serving.operator, model: serving.model.model }
      return await isSigned(connection, key, await channelState(connection, key), voucher)
    }),
  )
  journal.keepVouchers(
    brought.filter((voucher, i) => {
      const before = journal.vouchers.get(channelName(voucher))
      return isSound[i] && (before === undefined || before.maxClaimableAmount < voucher.maxClaimableAmount)
    }),
  )
  return await channelsInUse(connection, serving, requests, journal.vouchers, waiting)
}

async function recordWaiting(
  options: OperatorOptions,
): Promise<{ readonly batch: RecordedBatch | undefined; readonly uncovered: number }> {
  const { connection, wallet, serving, journal, limits } = options
  const waiting = await unrecordedNow(options)
  if (waiting.length === 0) return { batch: undefined, uncovered: 0 }
  const named = waiting.map(({ payer, channelSalt }) => ({ payer, salt: channelSalt }))
  const channels = await channelsInUse(connection, serving, named, journal.vouchers, waiting)
  const { batch, uncovered } = takeBatch(waiting, channels, serving.k, limits)
  if (batch.receipts.length === 0) return { batch: undefined, uncovered: uncovered.length }
  const { receipts } = batch
  await requireOwnBond(connection, options, { units: unitsOf(receipts), records: receipts.length })
  return { batch: await recordTaken(connection, wallet, serving, journal, batch), uncovered: uncovered.length }
}

async function unrecordedNow({ connection, wallet, serving, journal }: OperatorOptions): Promise<readonly Receipt[]> {
  await finishSent(connection, wallet.account.address, journal)
  return await unrecorded(connection, serving, journal)
}

async function callOf(
  { connection, serving, receiptKey, feeUnits, random32 }: OperatorOptions,
  request: Request,
  { response, gradient }: Answer,
  recordBy: number,
): Promise<Call> {
  const { reader, contracts } = connection
  const sketch = serving.sketcher && sketchAnswer(serving.sketcher, gradient)
  const receipt = await signReceipt(receiptKey, {
    chainId: reader.chain.id,
    court: contracts.court.address.toLowerCase() as Hex,
    model: serving.model.model,
    operator: serving.operator,
    payer: request.payer,
    channelSalt: request.salt,
    requestHash: hashOf(request.text),
    answerHash: hashOf(response),
    salt: bytesToHex(random32()),
    querySketch: sketch === undefined ? '0x' : bytesToHex(packSketch(sketch.codes)),
    recordBy,
    feeUnits,
    bits: sketch?.bits ?? new Uint8Array(),
  })
  return { id: request.id, receipt }
}

function refusalOf(charge: Charge, { id }: UsedChannel, { model }: Serving): Refusal {
  const { feeUnitGwei } = model.terms
  switch (charge.kind) {
    case 'voucher wanted':
      return {
        reason: 'a voucher of the channel’s signer for this much in all is missing',
        channelId: id,
        maxClaimableAmount: `${amountCovering(charge.units, feeUnitGwei)}`,
      }
    case 'deposit wanted':
      return {
        reason: `the channel’s deposit is ${charge.units * feeUnitGwei} gwei-OPEN too small, counting what was asked back`,
        channelId: id,
      }
    default:
      return { reason: 'there is no such channel: open it first', channelId: id }
  }
}

/** The contracts' clock, by which receipts promise. */
async function timeOf({ reader, contracts }: Connection): Promise<number> {
  return await reader.readContract({ ...contracts.clock, functionName: 'time' })
}

function distinctById(requests: readonly Request[]): readonly Request[] {
  return [...new Map(requests.toReversed().map((request) => [request.id, request])).values()].toReversed()
}
