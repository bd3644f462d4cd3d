import type { Completed } from '../serveCall.ts'
import type { Reply, SentEvent, StreamShape } from './reply.ts'
import type { ParsedRequest } from './requests.ts'

/** Open Responses (openresponses.org): text in, text out, nothing stored. */

/** The events of Open Responses, in their order, each with its number. */
export function responseStream(request: ParsedRequest, reply: Reply): StreamShape {
  let sequence = 0
  let text = ''
  const item_id = `msg-${reply.id}`
  const place = { item_id, output_index: 0, content_index: 0 }
  const event = (type: string, fields: object): SentEvent => ({
    event: type,
    data: { type, sequence_number: sequence++, ...fields },
  })
  const part = () => ({ type: 'output_text', text, annotations: [], logprobs: [] })
  const item = (status: string, content: readonly object[]) => ({
    id: item_id,
    type: 'message',
    status,
    role: 'assistant',
    content,
  })
  return {
    begin: () => [
      event('response.created', { response: responseObject(request, reply, undefined) }),
      event('response.in_progress', { response: responseObject(request, reply, undefined) }),
      event('response.output_item.added', { output_index: 0, item: item('in_progress', []) }),
      event('response.content_part.added', { ...place, part: part() }),
    ],
    piece: (delta) => {
      text += delta
      return [event('response.output_text.delta', { ...place, delta, logprobs: [] })]
    },
    end: (completed, attribution) => [
      event('response.output_text.done', { ...place, text, logprobs: [] }),
      event('response.content_part.done', { ...place, part: part() }),
      event('response.output_item.done', { output_index: 0, item: item('completed', [part()]) }),
      event(completed.finish === 'length' ? 'response.incomplete' : 'response.completed', {
        response: {
          ...responseObject(request, reply, completed),
          ...(attribution === undefined ? {} : { attribution }),
        },
      }),
    ],
  }
}

/** A response with all fields that the specification requires: settings as requested, all others as this gateway has them. */
export function responseObject(
  { body }: ParsedRequest,
  { id, createdAt, model }: Reply,
  completed: Completed | undefined,
): object {
  const asked = <T>(name: string, otherwise: T) => body[name] ?? otherwise
  const isCut = completed?.finish === 'length'
  const content = [{ type: 'output_text', text: completed?.text ?? '', annotations: [], logprobs: [] }]
  const message = {
    id: `msg-${id}`,
    type: 'message',
    status: isCut ? 'incomplete' : 'completed',
    role: 'assistant',
    content,
  }
  return {
    id,
    object: 'response',
    created_at: createdAt,
    completed_at: completed === undefined ? null : Math.floor(Date.now() / 1_000),
    status: completed === undefined ? 'in_progress' : isCut ? 'incomplete' : 'completed',
    error: null,
    incomplete_details: isCut ? { reason: 'max_output_tokens' } : null,
    instructions: asked('instructions', null),
    max_output_tokens: asked('max_output_tokens', null),
    model,
    output: completed === undefined ? [] : [message],
    parallel_tool_calls: false,
    previous_response_id: null,
    reasoning: { effort: null, summary: null },
    store: false,
    temperature: asked('temperature', 1),
    text: { format: { type: 'text' } },
    tool_choice: 'none',
    tools: [],
    top_p: asked('top_p', 1),
    truncation: 'disabled',
    usage:
      completed === undefined
        ? null
        : {
            input_tokens: completed.usage.inputTokens,
            input_tokens_details: { cached_tokens: 0 },
            output_tokens: completed.usage.outputTokens,
            output_tokens_details: { reasoning_tokens: 0 },
            total_tokens: completed.usage.inputTokens + completed.usage.outputTokens,
          },
    metadata: asked('metadata', {}),
    presence_penalty: asked('presence_penalty', 0),
    frequency_penalty: asked('frequency_penalty', 0),
    top_logprobs: 0,
    max_tool_calls: null,
    background: false,
    service_tier: 'default',
    safety_identifier: asked('safety_identifier', null),
    prompt_cache_key: asked('prompt_cache_key', null),
  }
}
