import type { Completed } from '../serveCall.ts'
import type { ParsedRequest } from './requests.ts'

/** Answers as OpenAI's clients expect them. */

export interface Reply {
  readonly id: string
  readonly createdAt: number
  readonly model: string
  /** The opt-in object, where it was asked for. */
  readonly attribution?: object | undefined
}

export function replyOf({ call }: ParsedRequest, reply: Reply, completed: Completed): object {
  const { id, createdAt, model } = reply
  const { text, finish, usage } = completed
  const extra = reply.attribution === undefined ? {} : { attribution: reply.attribution }
  const base = { id, created: createdAt, model, usage: usageOf(completed), ...extra }
  switch (call.endpoint) {
    case 'chat': {
      const message = { role: 'assistant', content: text, refusal: null }
      return {
        ...base,
        object: 'chat.completion',
        choices: [{ index: 0, message, logprobs: null, finish_reason: finish }],
      }
    }
    case 'completions':
      return {
        ...base,
        object: 'text_completion',
        choices: [{ index: 0, text, logprobs: null, finish_reason: finish }],
      }
    case 'responses':
      return { ...responseOf(reply, completed), ...extra }
    case 'classifications':
      return { ...base, object: 'list', data: [{ index: 0, ...JSON.parse(text) }] }
    case 'embeddings':
      return {
        object: 'list',
        model,
        data: JSON.parse(text),
        usage: { prompt_tokens: usage.inputTokens, total_tokens: usage.inputTokens },
        ...extra,
      }
  }
}

/** Server-sent events of one answer: what goes before its pieces, each piece, and what ends it. */
export interface StreamShape {
  begin(): readonly SentEvent[]
  piece(text: string): readonly SentEvent[]
  end(completed: Completed, attribution: object | undefined): readonly SentEvent[]
}

export interface SentEvent {
  readonly event?: string
  readonly data: object | '[DONE]'
}

export function streamShape(request: ParsedRequest, reply: Reply): StreamShape {
  if (request.call.endpoint === 'responses') return responseStream(reply)
  return request.call.endpoint === 'chat' ? chatStream(request, reply) : completionStream(request, reply)
}

function chatStream({ includeUsage }: ParsedRequest, { id, createdAt, model }: Reply): StreamShape {
  const chunk = (delta: object, finish: string | null, more: object = {}): SentEvent => ({
    data: {
      id,
      object: 'chat.completion.chunk',
      created: createdAt,
      model,
      choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
      ...(includeUsage ? { usage: null } : {}),
      ...more,
    },
  })
  return {
    begin: () => [chunk({ role: 'assistant', content: '' }, null)],
    piece: (content) => [chunk({ content }, null)],
    end: (completed, attribution) => [
      chunk({}, completed.finish, attribution === undefined ? {} : { attribution }),
      ...(includeUsage ? [chunk({}, null, { choices: [], usage: usageOf(completed) })] : []),
      { data: '[DONE]' },
    ],
  }
}

function completionStream({ includeUsage }: ParsedRequest, { id, createdAt, model }: Reply): StreamShape {
  const chunk = (text: string, finish: string | null, more: object = {}): SentEvent => ({
    data: {
      id,
      object: 'text_completion',
      created: createdAt,
      model,
      choices: [{ index: 0, text, logprobs: null, finish_reason: finish }],
      ...more,
    },
  })
  return {
    begin: () => [],
    piece: (text) => [chunk(text, null)],
    end: (completed, attribution) => [
      chunk('', completed.finish, attribution === undefined ? {} : { attribution }),
      ...(includeUsage ? [chunk('', null, { choices: [], usage: usageOf(completed) })] : []),
      { data: '[DONE]' },
    ],
  }
}

/** The events of Open Responses, in their order, each with its number. */
function responseStream(reply: Reply): StreamShape {
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
      event('response.created', { response: responseOf(reply, undefined) }),
      event('response.in_progress', { response: responseOf(reply, undefined) }),
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
        response: { ...responseOf(reply, completed), ...(attribution === undefined ? {} : { attribution }) },
      }),
    ],
  }
}

function responseOf({ id, createdAt, model }: Reply, completed: Completed | undefined): object {
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
    instructions: null,
    max_output_tokens: null,
    model,
    output: completed === undefined ? [] : [message],
    parallel_tool_calls: false,
    previous_response_id: null,
    reasoning: { effort: null, summary: null },
    store: false,
    temperature: null,
    text: { format: { type: 'text' } },
    tool_choice: 'none',
    tools: [],
    top_p: null,
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
    metadata: {},
  }
}

function usageOf({ usage: { inputTokens, outputTokens } }: Completed) {
  return { prompt_tokens: inputTokens, completion_tokens: outputTokens, total_tokens: inputTokens + outputTokens }
}
