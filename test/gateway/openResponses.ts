import * as z from 'zod'

/** A response by the specification of Open Responses: every field that it requires, and those that may not be null. */

const outputText = z.strictObject({
  type: z.literal('output_text'),
  text: z.string(),
  annotations: z.array(z.unknown()),
  logprobs: z.array(z.unknown()),
})

export const responseSchema = z.object({
  id: z.string(),
  object: z.literal('response'),
  created_at: z.int(),
  completed_at: z.int().nullable(),
  status: z.enum(['queued', 'in_progress', 'completed', 'failed', 'incomplete']),
  incomplete_details: z.object({ reason: z.string() }).nullable(),
  model: z.string(),
  previous_response_id: z.string().nullable(),
  instructions: z.string().nullable(),
  output: z.array(
    z.object({
      type: z.literal('message'),
      id: z.string(),
      status: z.enum(['in_progress', 'completed', 'incomplete']),
      role: z.literal('assistant'),
      content: z.array(outputText),
    }),
  ),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  tools: z.array(z.unknown()),
  tool_choice: z.enum(['none', 'auto', 'required']),
  truncation: z.enum(['auto', 'disabled']),
  parallel_tool_calls: z.boolean(),
  text: z.object({ format: z.object({ type: z.literal('text') }) }),
  top_p: z.number(),
  presence_penalty: z.number(),
  frequency_penalty: z.number(),
  top_logprobs: z.int(),
  temperature: z.number(),
  reasoning: z.object({ effort: z.string().nullable(), summary: z.string().nullable() }).nullable(),
  usage: z
    .object({
      input_tokens: z.int(),
      output_tokens: z.int(),
      total_tokens: z.int(),
      input_tokens_details: z.object({ cached_tokens: z.int() }),
      output_tokens_details: z.object({ reasoning_tokens: z.int() }),
    })
    .nullable(),
  max_output_tokens: z.int().nullable(),
  max_tool_calls: z.int().nullable(),
  store: z.boolean(),
  background: z.boolean(),
  service_tier: z.string(),
  metadata: z.record(z.string(), z.unknown()),
  safety_identifier: z.string().nullable(),
  prompt_cache_key: z.string().nullable(),
})

const said = (role: string, content: unknown) => ({ type: 'message', role, content })

/** The cases of its compliance suite that fit a model of text alone; calling tools, images and earlier responses do not. */
export const cases: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
  ['a basic text', { input: [said('user', 'Say hello.')] }],
  ['a system prompt', { input: [said('system', 'Be a pirate.'), said('user', 'Say hello.')] }],
  ['instructions', { input: 'Say hello.', instructions: 'Be a pirate.', temperature: 0.5, metadata: { a: 'b' } }],
  [
    'several turns',
    {
      input: [
        said('user', [{ type: 'input_text', text: 'I am Alice.' }]),
        said('assistant', [{ type: 'output_text', text: 'Hello, Alice.', annotations: [], logprobs: [] }]),
        said('user', 'Who am I?'),
      ],
    },
  ],
]
