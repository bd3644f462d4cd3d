import type { Context } from 'hono'
import { streamSSE } from 'hono/streaming'
import { ApiError, errorBody } from '../apiError.ts'
import type { Endpoint } from '../backends/backend.ts'
import type { Gateway, OfferedModel } from '../gateway.ts'
import { paymentOf } from '../payment/payment.ts'
import { feeUnitsFor, mostInputTokens } from '../price.ts'
import { hashOf, requestText } from '../receipts/callReceipt.ts'
import { explainAnswer } from '../receipts/explainAnswer.ts'
import { type Completed, type ServedCall, serveCall } from '../serveCall.ts'
import { knownError } from './knownError.ts'
import { replyOf, streamShape } from './replies.ts'
import type { Reply, SentEvent } from './reply.ts'
import { type ParsedRequest, parseRequest } from './requests.ts'

/** Where a call's receipt is, on every answer. */
export const RECEIPT_HEADER = 'Attribution-Receipt'

/** Answers one request at one of the endpoints that are paid for. */
export async function handleCall(gateway: Gateway, endpoint: Endpoint, c: Context): Promise<Response> {
  const request = parseRequest(endpoint, await jsonOf(c))
  const model = modelNamed(gateway, request.model, endpoint)
  const { isStreamed, call } = request
  const maxTokens = Math.min(request.maxTokens ?? model.maxTokens, model.maxTokens)
  const { feeUnitGwei } = model.serving.model.terms
  const most = {
    inputTokens: mostInputTokens(call.messages.map(({ content }) => content)),
    outputTokens: endpoint === 'embeddings' ? 0 : maxTokens,
  }
  const hangUp = new AbortController()
  c.req.raw.signal.addEventListener('abort', () => hangUp.abort(), { once: true })
  const served = await serveCall(
    gateway,
    {
      model,
      requestHash: hashOf(requestText(request.body)),
      mostUnits: feeUnitsFor(model.price, most, feeUnitGwei),
      payment: paymentOf(c.req.raw.headers, gateway.apiKeys),
      key: keyOf(c),
      url: c.req.url,
    },
    { ...call, maxTokens },
    { hangUp: hangUp.signal, isStreamed },
  )
  // What fails before it is an error with a status.
  const first = await served.pieces.next()
  c.header(RECEIPT_HEADER, `/v1/receipts/${served.id}`)
  for (const [name, value] of Object.entries(served.paid.headers)) c.header(name, value)
  const reply = { id: served.id, createdAt: Math.floor(gateway.now() / 1_000), model: model.name }
  return isStreamed
    ? streamAnswer(gateway, c, request, reply, { ...served, first }, model, hangUp)
    : await wholeAnswer(c, request, reply, { ...served, first }, model)
}

interface BegunCall extends ServedCall {
  readonly first: IteratorResult<string, Completed>
}

async function wholeAnswer(
  c: Context,
  request: ParsedRequest,
  reply: Reply,
  { pieces, first }: BegunCall,
  model: OfferedModel,
) {
  let next = first
  while (next.done !== true) next = await pieces.next()
  const completed = next.value
  return c.json(replyOf(request, { ...reply, attribution: detailOf(request, reply, completed, model) }, completed))
}

function streamAnswer(
  gateway: Gateway,
  c: Context,
  request: ParsedRequest,
  reply: Reply,
  { pieces, first }: BegunCall,
  model: OfferedModel,
  hangUp: AbortController,
) {
  const shape = streamShape(request, reply)
  let next = first
  return streamSSE(c, async (stream) => {
    const send = async (events: readonly SentEvent[]) => {
      for (const { event, data } of events) {
        const text = data === '[DONE]' ? data : JSON.stringify(data)
        await stream.writeSSE(event === undefined ? { data: text } : { event, data: text })
      }
    }
    stream.onAbort(() => {
      hangUp.abort()
      // A caller that left is charged for what was written.
      void pieces.return(undefined as never).catch(() => {})
    })
    try {
      await send(shape.begin())
      for (; next.done !== true; next = await pieces.next()) await send(shape.piece(next.value))
      if (next.value !== undefined) await send(shape.end(next.value, detailOf(request, reply, next.value, model)))
    } catch (error) {
      if (hangUp.signal.aborted) return
      await send([{ data: errorBody(knownError(gateway.log, error)) }])
    }
  })
}

/** What a caller that asked for it gets beside the answer. */
function detailOf({ wantsAttribution }: ParsedRequest, { id }: Reply, completed: Completed, model: OfferedModel) {
  if (!wantsAttribution) return undefined
  const { receipt, feeUnits } = completed
  const feeGwei = BigInt(feeUnits) * model.serving.model.terms.feeUnitGwei
  return {
    receipt_url: `/v1/receipts/${id}`,
    fee_gwei: `${feeGwei}`,
    receipt,
    ...explainAnswer(model, receipt),
  }
}

export function modelNamed({ models }: Gateway, name: string, endpoint?: Endpoint): OfferedModel {
  const model = models.get(name)
  if (model === undefined)
    throw new ApiError(
      404,
      'model_not_found',
      `The model ${name} is not served here; /v1/models lists those that are.`,
      {
        param: 'model',
      },
    )
  if (endpoint !== undefined && !model.backend.endpoints.includes(endpoint)) {
    throw new ApiError(400, 'unsupported_endpoint', `The model ${name} takes no ${endpoint}.`, { param: 'model' })
  }
  return model
}

function keyOf(c: Context): string | undefined {
  const key = c.req.header('idempotency-key')
  if (key === undefined) return undefined
  if (key.length > 0 && key.length <= MOST_KEY) return key
  throw new ApiError(400, 'invalid_idempotency_key', `An Idempotency-Key has 1 to ${MOST_KEY} characters.`)
}

const MOST_KEY = 200

async function jsonOf(c: Context): Promise<unknown> {
  try {
    return await c.req.json()
  } catch {
    throw new ApiError(400, 'invalid_json', 'The body is not JSON.')
  }
}
