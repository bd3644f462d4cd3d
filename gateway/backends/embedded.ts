import type { Sketcher } from '../../attribution/sketcher.ts'
import { sketchAnswer } from '../../pipeline/train/answerSketch.ts'
import type { Answer, ServedModel } from '../../pipeline/train/servedModel.ts'
import { type Answering, type Backend, type BackendCall, BackendError } from './backend.ts'

/**
 * The embedded classifier. Asked for a classification it gives label and probability; asked as a chat model, it says the label. Texts that
 * are asked at once are answered together.
 */
export function embeddedBackend(model: Pick<ServedModel, 'answer' | 'close'>, sketcher: Sketcher | undefined): Backend {
  const answerOne = together(model.answer)
  return {
    endpoints: ['classifications', 'chat', 'completions', 'responses'],
    answer: async (call) => answeringOf(call, await answerOne(textOf(call)), sketcher),
    ready: async () => undefined,
    close: model.close,
  }
}

/** What the answer is as bytes, of which its receipt takes the hash. */
export function answerText(endpoint: BackendCall['endpoint'], { label, probability }: Answer): string {
  return endpoint === 'classifications' ? JSON.stringify({ label, probability }) : label
}

function answeringOf(call: BackendCall, answer: Answer, sketcher: Sketcher | undefined): Answering {
  const text = answerText(call.endpoint, answer)
  return {
    pieces: piecesOf(text),
    outcome: () => ({ usage: { inputTokens: wordsOf(textOf(call)), outputTokens: 1 }, finish: 'stop' }),
    sketch: async () => sketcher && sketchAnswer(sketcher, answer.gradient),
  }
}

async function* piecesOf(text: string): AsyncIterable<string> {
  yield text
}

/** The text to classify: what the user said last. */
function textOf({ messages }: BackendCall): string {
  const text = messages.findLast(({ role }) => role === 'user')?.content
  if (text === undefined) throw new BackendError('There is no text of a user to answer', 'refused')
  return text
}

/** The classifier's tokens are not counted: words stand for them. */
function wordsOf(text: string): number {
  return text.split(/\s+/).filter((word) => word !== '').length
}

/** Gathers what is asked while an earlier batch is computed. */
function together(answer: ServedModel['answer']): (text: string) => Promise<Answer> {
  let waiting: { text: string; resolve: (answer: Answer) => void; reject: (error: unknown) => void }[] = []
  let isRunning = false
  const run = async (): Promise<void> => {
    isRunning = true
    while (waiting.length > 0) {
      const batch = waiting
      waiting = []
      try {
        const answers = await answer(batch.map(({ text }) => text))
        for (const [i, one] of batch.entries()) one.resolve(answers[i] as Answer)
      } catch (error) {
        for (const one of batch) one.reject(error)
      }
    }
    isRunning = false
  }
  return (text) =>
    new Promise((resolve, reject) => {
      waiting.push({ text, resolve, reject })
      if (!isRunning) queueMicrotask(() => void (isRunning || run()))
    })
}
