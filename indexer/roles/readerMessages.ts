import type { Facts } from '../../sdk/errors.ts'
import type { Role } from '../api/health.ts'
import type { MetricsSnapshot } from '../operate/readerMetrics.ts'
import type { AnswerOptions } from './answer.ts'

/** What a reader needs to know, told by message, since others see arguments and environment. */
export interface ReaderSettings extends AnswerOptions {
  /** The label `reader` of its metrics, from 1. */
  readonly number: number
  readonly chain: string
  readonly databaseUrl: string
  /** The schema whose views say which history is served. */
  readonly schema: string
  /** The history to serve where the views show none. */
  readonly history?: string | undefined
  readonly role: Role
}

export type ToReader =
  | { readonly kind: 'start'; readonly settings: ReaderSettings }
  | { readonly kind: 'role'; readonly role: Role }
  | { readonly kind: 'snapshot'; readonly id: number }
  | { readonly kind: 'page'; readonly contentType: string; readonly text: string }
  | { readonly kind: 'close' }

export type FromReader =
  /** It listens from now on. */
  | { readonly kind: 'asksSettings' }
  | { readonly kind: 'serves'; readonly url: string }
  /** It cannot serve at all, and why. */
  | { readonly kind: 'refuses'; readonly what: string; readonly facts: Facts; readonly remedy: string }
  | { readonly kind: 'alive' }
  | { readonly kind: 'failedAnswer'; readonly stack: string; readonly id: string }
  | { readonly kind: 'snapshot'; readonly id: number; readonly metrics: MetricsSnapshot }
  | { readonly kind: 'asksPage' }
