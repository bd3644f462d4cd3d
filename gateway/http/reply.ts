import type { Completed } from '../serveCall.ts'

/** What every form of an answer is made of. */
export interface Reply {
  readonly id: string
  readonly createdAt: number
  readonly model: string
  /** The opt-in object, where it was asked for. */
  readonly attribution?: object | undefined
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
