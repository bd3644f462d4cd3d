import * as z from 'zod'
import type { Sketcher } from '../../attribution/sketcher.ts'
import { sketchAnswer } from '../../pipeline/train/answerSketch.ts'
import {
  type Answering,
  type Backend,
  type BackendCall,
  BackendError,
  type Endpoint,
  type Message,
  type Outcome,
} from './backend.ts'

/**
 * A model that an OpenAI-compatible server answers for (vLLM, llama.cpp and others), with the projected gradients of its answers from a
 * service of their own: `python -m attribution_run serve`.
 */
export interface OpenAiOptions {
  /** Up to and without `/v1`. */
  readonly url: string
  readonly sketchUrl: string | undefined
  readonly sketcher: Sketcher | undefined
  /** What the server calls the model; undefined if it serves one only. */
  readonly model?: string
}

const UPSTREAM: Readonly<Record<Exclude<Endpoint, 'classifications'>, string>> = {
  chat: 'chat/completions',
  completions: 'completions',
  // Every server has chat; few have this.
  responses: 'chat/completions',
  embeddings: 'embeddings',
}

const chunkSchema = z.looseObject({
  choices: z
    .array(
      z.looseObject({
        text: z.string().nullish(),
        delta: z.looseObject({ content: z.string().nullish() }).nullish(),
        finish_reason: z.string().nullish(),
      }),
    )
    .default([]),
  usage: z.looseObject({ prompt_tokens: z.int(), completion_tokens: z.int().default(0) }).nullish(),
})
const gradientSchema = z.looseObject({ gradient: z.array(z.number()) })
/** As OpenAI's servers say what is wrong, and as the sketch service does. */
const errorSchema = z.looseObject({
  error: z.union([z.string(), z.looseObject({ message: z.string() }).transform(({ message }) => message)]),
})
const embeddingSchema = z.looseObject({ data: z.array(z.unknown()), usage: z.looseObject({ prompt_tokens: z.int() }) })

export function openAiBackend(options: OpenAiOptions): Backend {
  const { sketcher } = options
  return {
    // What an embedding's gradient would be of, nobody has said.
    endpoints:
      sketcher === undefined
        ? ['chat', 'completions', 'responses', 'embeddings']
        : ['chat', 'completions', 'responses'],
    answer: async (call, signal) =>
      call.endpoint === 'embeddings' ? await embedding(options, call, signal) : await completion(options, call, signal),
    ready: async () => {
      const places = [
        `${base(options.url)}/v1/models`,
        ...(options.sketchUrl ? [`${base(options.sketchUrl)}/health`] : []),
      ]
      const down = await Promise.all(places.map(isDown))
      return down.find((reason) => reason !== undefined)
    },
    close: async () => {},
  }
}

async function completion(options: OpenAiOptions, call: BackendCall, signal: AbortSignal): Promise<Answering> {
  const { endpoint, messages, maxTokens, sampling } = call
  const asked = endpoint === 'completions' ? { prompt: promptOf(messages) } : { messages }
  const response = await post(
    `${base(options.url)}/v1/${UPSTREAM[endpoint as 'chat']}`,
    {
      ...sampling,
      ...asked,
      ...(options.model === undefined ? {} : { model: options.model }),
      max_tokens: maxTokens,
      stream: true,
      stream_options: { include_usage: true },
    },
    signal,
  )
  let outcome: Outcome | undefined
  let pieces = 0
  async function* piecesOf(): AsyncIterable<string> {
    let finish: Outcome['finish'] = 'stop'
    let usage: Outcome['usage'] | undefined
    let isFinished = false
    for await (const data of eventsOf(response, signal)) {
      const chunk = read(chunkSchema, data, options.url)
      const [choice] = chunk.choices
      if (choice?.finish_reason === 'length') finish = 'length'
      isFinished ||= choice?.finish_reason != null
      if (chunk.usage != null) {
        usage = { inputTokens: chunk.usage.prompt_tokens, outputTokens: chunk.usage.completion_tokens }
      }
      const text = choice?.delta?.content ?? choice?.text ?? ''
      if (text !== '') {
        pieces += 1
        yield text
      }
      outcome = usage && { usage, finish }
    }
    if (!isFinished && !signal.aborted) throw new BackendError(`${hostOf(options.url)} stopped in the middle`, 'failed')
  }
  return {
    pieces: piecesOf(),
    // Of an answer that was cut off, a piece is a token at least.
    outcome: () => outcome ?? { usage: { inputTokens: 0, outputTokens: pieces }, finish: 'stop' },
    sketch: async (text) => await sketchOf(options, call, text),
  }
}

async function embedding(options: OpenAiOptions, call: BackendCall, signal: AbortSignal): Promise<Answering> {
  const input = promptOf(call.messages)
  const model = options.model === undefined ? {} : { model: options.model }
  const response = await post(`${base(options.url)}/v1/embeddings`, { ...call.sampling, ...model, input }, signal)
  const { data, usage } = read(embeddingSchema, await textOf(response, signal), options.url)
  async function* once(): AsyncIterable<string> {
    yield JSON.stringify(data)
  }
  return {
    pieces: once(),
    outcome: () => ({ usage: { inputTokens: usage.prompt_tokens, outputTokens: 0 }, finish: 'stop' }),
    sketch: async () => undefined,
  }
}

async function sketchOf({ sketchUrl, sketcher }: OpenAiOptions, { messages, endpoint }: BackendCall, answer: string) {
  if (sketcher === undefined) return undefined
  if (sketchUrl === undefined)
    throw new BackendError('no sketch service is named for a model whose records have sketches', 'failed')
  const asked = endpoint === 'completions' ? { prompt: promptOf(messages) } : { messages }
  const inTime = AbortSignal.timeout(SKETCH_MS)
  const response = await post(`${base(sketchUrl)}/gradient`, { ...asked, answer }, inTime)
  const { gradient } = read(gradientSchema, await textOf(response, inTime), sketchUrl)
  if (gradient.length !== sketcher.width)
    throw new BackendError(
      `the sketch service gives gradients of ${gradient.length}, not ${sketcher.width} entries`,
      'failed',
    )
  return sketchAnswer(sketcher, Float32Array.from(gradient))
}

const SKETCH_MS = 60_000

async function post(url: string, body: object, signal: AbortSignal): Promise<Response> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
    signal,
  }).catch((cause: unknown) => {
    signal.throwIfAborted()
    throw new BackendError(`${hostOf(url)} does not answer`, 'busy', cause)
  })
  if (response.ok && response.body !== null) return response
  const { status } = response
  const said = errorSchema.safeParse(await response.json().catch(() => undefined)).data?.error
  if (status === 400 || status === 413 || status === 422)
    throw new BackendError(said?.slice(0, MOST_SAID) ?? `it answers ${status}`, 'refused')
  throw new BackendError(`${hostOf(url)} answers ${status}`, status === 429 || status === 503 ? 'busy' : 'failed')
}

const MOST_SAID = 500

/** What a server sends, where it is what it should be. */
function read<schema extends z.ZodType>(schema: schema, text: string, url: string): z.infer<schema> {
  try {
    return schema.parse(JSON.parse(text))
  } catch (cause) {
    throw new BackendError(`${hostOf(url)} sends what is no answer`, 'failed', cause)
  }
}

function hostOf(url: string): string {
  return new URL(url).host
}

/** The data of server-sent events, up to `[DONE]`. */
async function* eventsOf(response: Response, signal: AbortSignal): AsyncIterable<string> {
  let text = ''
  const decoder = new TextDecoder()
  for await (const bytes of whileConnected(response, signal)) {
    text += decoder.decode(bytes, { stream: true })
    const lines = text.split(/\r?\n/)
    text = lines.pop() ?? ''
    for (const line of lines) {
      if (!line.startsWith('data:')) continue
      const data = line.slice(5).trim()
      if (data === '[DONE]') return
      yield data
    }
  }
}

async function textOf(response: Response, signal: AbortSignal): Promise<string> {
  const bytes: Uint8Array[] = []
  for await (const some of whileConnected(response, signal)) bytes.push(some)
  return Buffer.concat(bytes).toString()
}

async function* whileConnected(response: Response, signal: AbortSignal): AsyncIterable<Uint8Array> {
  try {
    yield* response.body as ReadableStream<Uint8Array>
  } catch (cause) {
    signal.throwIfAborted()
    throw new BackendError(`${hostOf(response.url)} hung up in the middle`, 'failed', cause)
  }
}

function promptOf(messages: readonly Message[]): string {
  return messages.map(({ content }) => content).join('\n')
}

function base(url: string): string {
  return url.replace(/\/+$/, '').replace(/\/v1$/, '')
}

async function isDown(url: string): Promise<string | undefined> {
  const response = await fetch(url, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined)
  await response?.body?.cancel()
  return response?.ok === true ? undefined : `${hostOf(url)} does not answer`
}
