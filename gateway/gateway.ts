import type { LocalAccount } from 'viem'
import type { Connection } from '../sdk/contracts.ts'
import type { Backend } from './backends/backend.ts'
import type { Log } from './batcher/batching.ts'
import type { ChannelStates } from './channels/channelUse.ts'
import type { Slots } from './load.ts'
import type { Metrics } from './metrics.ts'
import type { ApiKeys } from './payment/payment.ts'
import type { Facilitator } from './payment/x402.ts'
import type { Price } from './price.ts'
import type { Serving } from './serving.ts'
import type { Standings } from './standings.ts'
import type { Database } from './store/database.ts'

/** A model as this gateway offers it. */
export interface OfferedModel {
  /** What callers name it. */
  readonly name: string
  readonly serving: Serving
  readonly backend: Backend
  readonly price: Price
  /** The most tokens of an answer, where the caller names none. */
  readonly maxTokens: number
  /** The published rows, of which answers are explained. */
  readonly indexFile: Uint8Array | undefined
}

/** Everything that answering a call takes. */
export interface Gateway {
  readonly connection: Connection
  readonly database: Database
  readonly models: ReadonlyMap<string, OfferedModel>
  readonly standings: Standings
  readonly channels: ChannelStates
  /** Signs receipts. */
  readonly receiptKey: LocalAccount
  readonly apiKeys: ApiKeys
  /** Bring x402 payments on chain, one a token; without any none are taken. */
  readonly facilitators: readonly Facilitator[]
  /** How long after its answer a call is recorded at the latest. */
  readonly promiseSeconds: number
  /** In which a call is answered, or dropped. */
  readonly budgetMs: number
  readonly slots: Slots
  readonly metrics: Metrics
  readonly log: Log
  readonly now: () => number
  readonly random: (bytes: number) => Uint8Array
}
