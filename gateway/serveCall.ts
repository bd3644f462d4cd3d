import type { Receipt } from '../sdk/receipt.ts'
import { ApiError, busy } from './apiError.ts'
import { type Answering, type BackendCall, BackendError, type Outcome } from './backends/backend.ts'
import type { Gateway, OfferedModel } from './gateway.ts'
import { type AnsweredBefore, type OpenCall, openCall } from './openCall.ts'
import type { Asked } from './paying.ts'
import type { PaidHeaders } from './payment/x402.ts'
import { chargedUnits } from './price.ts'
import { hashOf, receiptFor } from './receipts/callReceipt.ts'
import { dropCalls, finishCall } from './store/calls.ts'

/**
 * A call, from its pay to its receipt. Its pay is set aside before anything is computed; its receipt is kept before its answer's last
 * part leaves. So what is answered can be recorded after any kill, and what is not answered is never charged.
 */
export interface ServedCall {
  readonly id: string
  /** What was paid, once the first piece has come. */
  readonly paid: { headers: PaidHeaders }
  /** The answer, piece by piece; at their end stands the receipt. It must be begun; who leaves then pays for what it got. */
  readonly pieces: AsyncGenerator<string, Completed>
}

export interface Completed extends Outcome {
  readonly text: string
  readonly receipt: Receipt
  readonly feeUnits: number
}

export interface Caller {
  /** Aborts once the caller is gone. */
  readonly hangUp: AbortSignal
  /** Whether it gets pieces as they come. */
  readonly isStreamed: boolean
}

export async function serveCall(
  gateway: Gateway,
  asked: Asked,
  call: BackendCall,
  { hangUp, isStreamed }: Caller,
): Promise<ServedCall> {
  const startedAt = performance.now()
  const leave = await gateway.slots.take(hangUp)
  try {
    const opened = await openCall(gateway, asked)
    if (opened.kind === 'answered') {
      return { id: opened.id, paid: { headers: {} }, pieces: ending(again(gateway, asked, call, opened), leave) }
    }
    const openedMs = performance.now() - startedAt
    const signal = AbortSignal.any([hangUp, AbortSignal.timeout(gateway.budgetMs)])
    const paid = { headers: {} }
    const pieces = answerOpened({ gateway, model: asked.model, call, opened, signal, openedMs, isStreamed, paid })
    return { id: opened.id, paid, pieces: ending(pieces, leave) }
  } catch (error) {
    leave()
    throw error
  }
}

/** Frees the place once the answer has left, or its consumer has. */
async function* ending(
  pieces: AsyncGenerator<string, Completed>,
  leave: () => void,
): AsyncGenerator<string, Completed> {
  try {
    return yield* pieces
  } finally {
    leave()
  }
}

interface Answered {
  readonly gateway: Gateway
  readonly model: OfferedModel
  readonly call: BackendCall
  readonly opened: OpenCall
  readonly signal: AbortSignal
  readonly openedMs: number
  readonly isStreamed: boolean
  readonly paid: ServedCall['paid']
}

async function* answerOpened(its: Answered): AsyncGenerator<string, Completed> {
  const { gateway, model, call, signal } = its
  let text = ''
  let answering: Answering | undefined
  let isClosed = false
  let isPaid = false
  /** A model that does not answer at all costs nothing. */
  const collect = async () => {
    if (!isPaid) its.paid.headers = await its.opened.collect()
    isPaid = true
  }
  const startedAt = performance.now()
  try {
    answering = await model.backend.answer(call, signal)
    for await (const piece of answering.pieces) {
      await collect()
      text += piece
      yield piece
    }
    signal.throwIfAborted()
    await collect()
    const backendMs = performance.now() - startedAt
    const completed = await close(its, text, answering)
    isClosed = true
    const total = performance.now() - startedAt
    gateway.metrics.seconds.observe({ model: model.name, part: 'backend' }, backendMs / 1_000)
    gateway.metrics.seconds.observe({ model: model.name, part: 'gateway' }, (its.openedMs + total - backendMs) / 1_000)
    return completed
  } catch (error) {
    throw failureOf(error, signal)
  } finally {
    if (!isClosed) await closeEarly(its, text, answering)
  }
}

/** What was written to a caller that hung up is charged; a call that failed, or gave nothing yet, is not. */
async function closeEarly(its: Answered, text: string, answering: Answering | undefined): Promise<void> {
  const { gateway, opened, signal, model, call } = its
  const labels = { model: model.name, endpoint: call.endpoint }
  try {
    const hasLeft = its.isStreamed && signal.aborted && text !== '' && answering !== undefined && isHangUp(signal)
    if (hasLeft) await close(its, text, answering)
    else await dropCalls(gateway.database, { id: opened.id })
    gateway.metrics.calls.inc({ ...labels, outcome: hasLeft ? 'hung up' : 'abandoned' })
  } catch (error) {
    // Its reservation ends by itself.
    gateway.log.error(
      { call: opened.id, reason: error instanceof Error ? error.message : `${error}` },
      'call not closed',
    )
  }
}

/** Signs the receipt, and keeps it. */
async function close(
  { gateway, model, opened, call }: Answered,
  text: string,
  answering: Answering,
): Promise<Completed> {
  const { usage, finish } = answering.outcome()
  const { serving, price } = model
  const { feeUnitGwei } = serving.model.terms
  const feeUnits = chargedUnits(price, usage, feeUnitGwei, opened.mostUnits)
  const sketch = await answering.sketch(text)
  if (serving.k > 0 && sketch?.bits.length !== serving.k / 8)
    throw new BackendError('The sketch service gave no sketch of this model', 'failed')
  const receipt = await receiptFor(gateway.connection, serving, gateway.receiptKey, {
    channel: opened.channel,
    requestHash: opened.requestHash,
    answer: text,
    sketch: serving.k > 0 ? sketch : undefined,
    feeUnits,
    recordBy: opened.recordBy,
    salt: gateway.random(32),
  })
  if (!(await finishCall(gateway.database.pool, opened.id, feeUnits, receipt)))
    throw busy('This call took too long, and was not charged', 1, 503)
  gateway.metrics.calls.inc({ model: model.name, endpoint: call.endpoint, outcome: 'answered' })
  gateway.metrics.feeUnits.inc({ model: model.name }, feeUnits)
  return { text, usage, finish, receipt, feeUnits }
}

/** Answers the same again, for nothing, where the same comes out: answers are not kept. */
async function* again(
  { budgetMs, metrics }: Gateway,
  { model }: Asked,
  call: BackendCall,
  { receipt, id }: AnsweredBefore,
): AsyncGenerator<string, Completed> {
  const answering = await model.backend.answer(call, AbortSignal.timeout(budgetMs)).catch((error) => {
    throw failureOf(error)
  })
  let text = ''
  for await (const piece of answering.pieces) text += piece
  if (hashOf(text) !== receipt.answerHash) {
    throw new ApiError(409, 'answered_before', 'This call was answered before, and the model answers otherwise now.', {
      attribution: { receipt: `/v1/receipts/${id}` },
    })
  }
  metrics.calls.inc({ model: model.name, endpoint: call.endpoint, outcome: 'repeated' })
  yield text
  const { usage, finish } = answering.outcome()
  return { text, usage, finish, receipt, feeUnits: 0 }
}

function isHangUp(signal: AbortSignal): boolean {
  return !(signal.reason instanceof DOMException && signal.reason.name === 'TimeoutError')
}

function failureOf(error: unknown, signal?: AbortSignal): unknown {
  if (error instanceof ApiError) return error
  const isLate = error instanceof DOMException && error.name === 'TimeoutError'
  if (isLate || (signal?.aborted === true && !isHangUp(signal)))
    return busy('The model took too long; nothing was charged.', 5, 503)
  if (!(error instanceof BackendError)) return error
  if (error.fault === 'busy') return busy(`The model is busy: ${error.message}. Nothing was charged.`, 2)
  if (error.fault === 'refused')
    return new ApiError(
      400,
      'invalid_request',
      `The model refuses this request: ${error.message}. Nothing was charged.`,
    )
  return new ApiError(502, 'backend_failed', `The model did not answer: ${error.message}. Nothing was charged.`)
}
