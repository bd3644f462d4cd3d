import type { Hex, LocalAccount } from 'viem'
import type { Wallet } from '../../sdk/chain.ts'
import type { Connection } from '../../sdk/contracts.ts'
import type { AnswersFile } from './answersFile.ts'
import type { OperatorJournal } from './operatorJournal.ts'
import type { Serving } from './serving.ts'
import type { BatchLimits } from './takeBatch.ts'

/**
 * The operator: takes requests whose channels cover them, answers, signs a receipt with every answer, and records the calls in batches.
 *
 * Vouchers are on disk before a call is served on them, a call with its receipt before its caller is given either, a transaction before it is
 * sent, and what is recorded is asked of the chain. So an operator that is killed at any moment goes on where it was, serving, delivering and
 * recording every call once.
 */
export interface Request {
  /** The caller's name for the request; asking again under the same name costs nothing. */
  readonly id: string
  readonly payer: number
  /** Which of the payer's channels pays. */
  readonly salt: number
  readonly text: string
  /** A new voucher of that channel. */
  readonly voucher?: { readonly maxClaimableAmount: bigint; readonly signature: Hex } | undefined
}

/** An answer, and the projected gradient of its log-odds at this request. */
export interface Answer {
  readonly response: string
  readonly gradient: Float32Array
}

export interface OperatorOptions {
  readonly connection: Connection
  readonly wallet: Wallet
  readonly serving: Serving
  /** Signs receipts; the operator's newest key on chain. */
  readonly receiptKey: LocalAccount
  readonly answer: (texts: readonly string[]) => Promise<readonly Answer[]>
  readonly journal: OperatorJournal
  readonly answers: AnswersFile
  /** What a call costs. */
  readonly feeUnits: number
  readonly limits: BatchLimits
  /** How long after its answer a call is recorded at the latest, in seconds. */
  readonly promiseSeconds: number
  /** How much the operator adds to its own bond, at the most, where a batch asks for more. */
  readonly topUpGwei: bigint
  readonly random32: () => Uint8Array
  readonly onProgress?: (done: number, total: number) => void
}
