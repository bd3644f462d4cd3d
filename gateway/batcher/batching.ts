import type { LocalAccount, TransactionReceipt } from 'viem'
import type { Connection } from '../../sdk/contracts.ts'
import type { Serving } from '../serving.ts'
import type { Database } from '../store/database.ts'
import type { FillRule } from './fill.ts'

/** What recording needs: whose calls, of which models, by which account, and how. */
export interface Batching {
  readonly connection: Connection
  readonly database: Database
  readonly operator: number
  readonly servings: readonly Serving[]
  /** Sends the batches; another process of this operator may send by another account. */
  readonly account: LocalAccount
  readonly fill: FillRule
  /** What a receipt promises, in seconds. */
  readonly promiseSeconds: number
  /** No reorg reaches deeper, in blocks. */
  readonly finalityDepth: number
  /** After so long without being mined, a transaction is replaced for a higher fee. */
  readonly stuckAfterMs: number
  /** How much may be added to the operator's bond for a batch. */
  readonly topUpGwei: bigint
  readonly settles: boolean
  readonly log: Log
  readonly now: () => number
  readonly onRecorded?: (receipt: TransactionReceipt) => void
}

/** As pino has it: facts, then what happened. Never a request or an answer. */
export interface Log {
  info(facts: object, message: string): void
  warn(facts: object, message: string): void
  error(facts: object, message: string): void
}
