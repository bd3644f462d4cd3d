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
  async function* read(): AsyncIterable<string> {
    let finish: Outcome['finish'] = 'stop'
    let usage: Outcome['usage'] | undefined
    for await (const data of eventsOf(response)) {
      const chunk = chunkSchema.parse(JSON.parse(data))
      const [choice] = chunk.choices
      if (choice?.finish_reason === 'length') finish = 'length'
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
  }
  return {
    pieces: read(),
    // Of an answer that was cut off, a piece is a token at least.
    outcome: () => outcome ?? { usage: { inputTokens: 0, outputTokens: pieces }, finish: 'stop' },
    sketch: async (text) => await sketchOf(options, call, text),
  }
}

async function embedding(options: OpenAiOptions, call: BackendCall, signal: AbortSignal): Promise<Answering> {
  const input = promptOf(call.messages)
  const model = options.model === undefined ? {} : { model: options.model }
  const response = await post(`${base(options.url)}/v1/embeddings`, { ...call.sampling, ...model, input }, signal)
  const { data, usage } = embeddingSchema.parse(await response.json())
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
    throw new BackendError('no sketch service is named for a model whose records have sketches', false)
  const asked = endpoint === 'completions' ? { prompt: promptOf(messages) } : { messages }
  const response = await post(`${base(sketchUrl)}/gradient`, { ...asked, answer }, AbortSignal.timeout(SKETCH_MS))
  const { gradient } = gradientSchema.parse(await response.json())
  if (gradient.length !== sketcher.width)
    throw new BackendError(
      `the sketch service gives gradients of ${gradient.length}, not ${sketcher.width} entries`,
      false,
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
    throw new BackendError(`${new URL(url).host} does not answer`, true, cause)
  })
  if (response.ok && response.body !== null) return response
  await response.body?.cancel()
  const isBusy = response.status === 429 || response.status === 503
  throw new BackendError(`${new URL(url).host} answers ${response.status}`, isBusy)
}

/** The data of server-sent events, up to `[DONE]`. */
async function* eventsOf(response: Response): AsyncIterable<string> {
  let text = ''
  const decoder = new TextDecoder()
  for await (const bytes of response.body as ReadableStream<Uint8Array>) {
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

function promptOf(messages: readonly Message[]): string {
  return messages.map(({ content }) => content).join('\n')
}

function base(url: string): string {
  return url.replace(/\/+$/, '').replace(/\/v1$/, '')
}

async function isDown(url: string): Promise<string | undefined> {
  const response = await fetch(url, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined)
  await response?.body?.cancel()
  return response?.ok === true ? undefined : `${new URL(url).host} does not answer`
}
