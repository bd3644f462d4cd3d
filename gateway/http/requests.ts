import * as z from 'zod'
import { ApiError } from '../apiError.ts'
import type { BackendCall, Endpoint, Message } from '../backends/backend.ts'

/** Requests as OpenAI's clients make them, each brought into the one form that backends take. */

export interface ParsedRequest {
  readonly model: string
  readonly call: Omit<BackendCall, 'maxTokens'>
  readonly maxTokens: number | undefined
  readonly isStreamed: boolean
  readonly includeUsage: boolean
  /** Whether the body should carry the receipt and what moved the answer. */
  readonly wantsAttribution: boolean
  readonly body: Readonly<Record<string, unknown>>
}

const text = z.union([
  z.string(),
  z
    .array(z.looseObject({ type: z.enum(['text', 'input_text', 'output_text']), text: z.string() }))
    .transform((parts) => parts.map((part) => part.text).join('')),
])
const message = z.looseObject({ role: z.enum(['system', 'developer', 'user', 'assistant']), content: text })
const tokens = z.int().min(1).max(1_000_000).nullish()
/** Sampling settings that a backend may understand. */
const sampling = {
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  top_k: z.int().min(-1).nullish(),
  min_p: z.number().min(0).max(1).nullish(),
  seed: z.int().nullish(),
  stop: z.union([z.string(), z.array(z.string()).max(16)]).nullish(),
  presence_penalty: z.number().min(-2).max(2).nullish(),
  frequency_penalty: z.number().min(-2).max(2).nullish(),
  response_format: z.looseObject({ type: z.string() }).nullish(),
  dimensions: z.int().min(1).nullish(),
  encoding_format: z.enum(['float', 'base64']).nullish(),
}
const common = {
  ...sampling,
  model: z.string().min(1).max(200),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().optional() }).nullish(),
  attribution: z.boolean().optional(),
  // What would need another kind of answer is refused rather than ignored.
  n: z.literal(1).nullish(),
  tools: z.array(z.unknown()).max(0).nullish(),
  functions: z.array(z.unknown()).max(0).nullish(),
  logprobs: z.literal([false, 0]).nullish(),
  tool_choice: z.enum(['none', 'auto']).nullish(),
}

const schemas = {
  chat: z.looseObject({
    ...common,
    messages: z.array(message).min(1),
    max_tokens: tokens,
    max_completion_tokens: tokens,
  }),
  completions: z.looseObject({
    ...common,
    prompt: z.union([z.string(), z.array(z.string()).length(1)]),
    max_tokens: tokens,
  }),
  responses: z.looseObject({
    ...common,
    input: z.union([z.string(), z.array(message).min(1)]),
    instructions: z.string().nullish(),
    max_output_tokens: tokens,
    previous_response_id: z.null().optional(),
    store: z
      .literal(false)
      .nullish()
      .or(z.literal(true).transform(() => undefined)),
    background: z.literal(false).nullish(),
    text: z.looseObject({ format: z.looseObject({ type: z.literal('text') }).nullish() }).nullish(),
  }),
  embeddings: z.looseObject({ ...common, input: z.union([z.string(), z.array(z.string()).length(1)]) }),
  classifications: z.looseObject({
    ...common,
    input: z.union([z.string().min(1), z.array(z.string().min(1)).length(1)]),
  }),
} satisfies Record<Endpoint, z.ZodType>

export function parseRequest(endpoint: Endpoint, body: unknown): ParsedRequest {
  const parsed = schemas[endpoint].safeParse(body)
  if (!parsed.success) throw badRequest(parsed.error)
  const asked = parsed.data as Record<string, unknown> & { model: string; stream?: boolean; attribution?: boolean }
  const given = body as Readonly<Record<string, unknown>>
  const options = asked.stream_options as { include_usage?: boolean } | null | undefined
  const settings = Object.fromEntries(
    Object.keys(sampling).flatMap((name) => (given[name] == null ? [] : [[name, given[name]]])),
  )
  const maxTokens = asked.max_tokens ?? asked.max_completion_tokens ?? asked.max_output_tokens
  return {
    model: asked.model,
    call: { endpoint, messages: messagesOf(endpoint, asked), sampling: settings },
    maxTokens: (maxTokens as number | null | undefined) ?? undefined,
    isStreamed: asked.stream === true && endpoint !== 'embeddings' && endpoint !== 'classifications',
    includeUsage: options?.include_usage === true,
    wantsAttribution: asked.attribution === true,
    body: given,
  }
}

function messagesOf(endpoint: Endpoint, asked: Record<string, unknown>): readonly Message[] {
  const plain = ({ role, content }: Message): Message => ({ role, content })
  if (endpoint === 'chat') return (asked.messages as Message[]).map(plain)
  const input = endpoint === 'completions' ? asked.prompt : asked.input
  const instructions = typeof asked.instructions === 'string' ? asked.instructions : undefined
  const before: readonly Message[] = instructions === undefined ? [] : [{ role: 'developer', content: instructions }]
  if (endpoint === 'responses' && Array.isArray(input)) return [...before, ...(input as Message[]).map(plain)]
  const content = Array.isArray(input) ? (input[0] as string) : (input as string)
  return [...before, { role: 'user', content }]
}

/** What may be named only with the value that changes nothing. */
const UNSUPPORTED: ReadonlySet<string> = new Set(
  'n tools tool_choice functions logprobs previous_response_id store background text'.split(' '),
)

function badRequest(error: z.ZodError): ApiError {
  const [issue] = error.issues
  const param = issue?.path.join('.') ?? ''
  const isUnsupported = UNSUPPORTED.has(String(issue?.path[0]))
  return new ApiError(
    400,
    isUnsupported ? 'unsupported_parameter' : 'invalid_request',
    isUnsupported
      ? `This gateway does not support ${param} with this value.`
      : `${param || 'The body'}: ${issue?.message}`,
    param === '' ? {} : { param },
  )
}
