import type { AnswerSketch } from '../../pipeline/train/answerSketch.ts'
import type { Usage } from '../price.ts'

/** What serves a model: it answers, and says which way in the model's gradients the answer lies. */
export interface Backend {
  readonly endpoints: readonly Endpoint[]
  /** Begins to answer; throws `BackendError` where it cannot. */
  answer(call: BackendCall, signal: AbortSignal): Promise<Answering>
  /** Why it cannot answer now; undefined where it can. */
  ready(): Promise<string | undefined>
  close(): Promise<void>
}

export type Endpoint = 'chat' | 'completions' | 'responses' | 'embeddings' | 'classifications'

/** A request in one form, whatever endpoint it came by. */
export interface BackendCall {
  readonly endpoint: Endpoint
  readonly messages: readonly Message[]
  readonly maxTokens: number
  /** Sampling settings, as OpenAI calls them. */
  readonly sampling: Readonly<Record<string, unknown>>
}

export interface Message {
  readonly role: 'system' | 'developer' | 'user' | 'assistant'
  readonly content: string
}

export interface Answering {
  /** The answer's text, piece by piece. It ends early where the signal aborts. */
  readonly pieces: AsyncIterable<string>
  /** Once the pieces have ended. */
  outcome(): Outcome
  /** Of the text given; undefined where the model's records have no sketches. */
  sketch(text: string): Promise<AnswerSketch | undefined>
}

export interface Outcome {
  readonly usage: Usage
  readonly finish: 'stop' | 'length'
}

/** Why there is no answer: it has too much to do, it failed, or it finds a fault in the request. */
export type BackendFault = 'busy' | 'failed' | 'refused'

/** No answer came of a call, which then costs nothing. */
export class BackendError extends Error {
  readonly fault: BackendFault

  constructor(message: string, fault: BackendFault, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.fault = fault
  }
}
