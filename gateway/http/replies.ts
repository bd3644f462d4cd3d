import type { Completed } from '../serveCall.ts'
import type { Reply, SentEvent, StreamShape } from './reply.ts'
import type { ParsedRequest } from './requests.ts'
import { responseObject, responseStream } from './responses.ts'

/** Answers as OpenAI's clients expect them. */

export function replyOf(request: ParsedRequest, reply: Reply, completed: Completed): object {
  const { id, createdAt, model } = reply
  const { text, finish, usage } = completed
  const extra = reply.attribution === undefined ? {} : { attribution: reply.attribution }
  const base = { id, created: createdAt, model, usage: usageOf(completed), ...extra }
  switch (request.call.endpoint) {
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
      return { ...responseObject(request, reply, completed), ...extra }
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

export function streamShape(request: ParsedRequest, reply: Reply): StreamShape {
  if (request.call.endpoint === 'responses') return responseStream(request, reply)
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
      ...(includeUsage ? { usage: null } : {}),
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

function usageOf({ usage: { inputTokens, outputTokens } }: Completed) {
  return { prompt_tokens: inputTokens, completion_tokens: outputTokens, total_tokens: inputTokens + outputTokens }
}
