import { setTimeout as sleep } from 'node:timers/promises'
import type { Hex, TransactionReceipt } from 'viem'
import { BaseError, WaitForTransactionReceiptTimeoutError } from 'viem'
import type { Reader, Wallet } from '../sdk/chain.ts'
import { type ContractCall, estimate } from '../sdk/contractCall.ts'
import { RetryError, StopError } from '../sdk/errors.ts'
import { spokenEther } from '../sdk/units.ts'

/** The outcome of a call. */
export type Outcome =
  | { readonly kind: 'mined'; readonly receipt: TransactionReceipt }
  /** It passed its dry run; another transaction came first. */
  | { readonly kind: 'reverted'; readonly receipt: TransactionReceipt }
  /** Its dry run reverts; nothing was sent. */
  | { readonly kind: 'refused'; readonly errorName: string | undefined; readonly message: string }

/** Sends transactions of one signer, several in a block. */
export interface Sender {
  /** Calls `onOutcome` for each act as soon as its outcome is known, with its index in `acts`. */
  send(acts: readonly ContractCall[], onOutcome: (index: number, outcome: Outcome) => void): Promise<void>
}

/** Transactions with consecutive nonces. */
interface Dispatched {
  readonly first: number
  readonly hashes: readonly Hex[]
}

/** The state may differ from that of the dry run: our other transactions come before it. */
const GAS_PERCENT = 115n
const TIMEOUT_MS = 120_000
/** How often to look whether a gap in the nonces blocks our transactions. */
const LOOK_MS = 5_000
/** Longer than a node takes to store a block. */
const SETTLING_MS = 250

export function transactionSender(reader: Reader, wallet: Wallet): Sender {
  const { account, chain } = wallet
  // Timeouts in a row: after each, the same nonces are sent again for a higher fee.
  let stuck = 0

  const count = (blockTag: 'pending' | 'latest'): Promise<number> =>
    reader.getTransactionCount({ address: account.address, blockTag })

  /**
   * The nonce after our pending transactions. While a node stores a block it may count a
   * transaction as mined and as pending, and a transaction after the resulting gap is never mined.
   * So a pending count is trusted only once it is stable.
   */
  const nextNonce = async (): Promise<number> => {
    let counted = await count('pending')
    if (counted === (await count('latest'))) return counted
    for (;;) {
      await sleep(SETTLING_MS)
      const again = await count('pending')
      if (again === counted) return counted
      counted = again
    }
  }

  /** The first acts that the balance pays for. The others wait for the next round. */
  const affordable = async <Sent extends { readonly gas: bigint }>(
    acts: readonly Sent[],
    maxFeePerGas: bigint,
  ): Promise<readonly Sent[]> => {
    const balance = await reader.getBalance({ address: account.address })
    const payable: Sent[] = []
    let left = balance
    for (const act of acts) {
      left -= act.gas * maxFeePerGas
      if (left < 0n) break
      payable.push(act)
    }
    const [first] = acts
    if (first === undefined || payable.length > 0) return payable
    throw new RetryError(
      `${account.address} cannot pay for gas: it has ${spokenEther(balance)} ETH, and needs ${spokenEther(first.gas * maxFeePerGas)} ETH`,
      {},
      'Send it some of the chain’s native coin. Nothing is lost but time.',
    )
  }

  const dispatch = async (
    acts: readonly { readonly act: ContractCall; readonly gas: bigint }[],
  ): Promise<Dispatched> => {
    const first = await (stuck === 0 ? nextNonce() : count('latest'))
    const fees = await reader.estimateFeesPerGas()
    const raised = (amount: bigint): bigint => (amount * 5n ** BigInt(stuck)) / 4n ** BigInt(stuck)
    const payable = await affordable(acts, raised(fees.maxFeePerGas))
    const hashes: Hex[] = []
    for (const [i, { act, gas }] of payable.entries()) {
      hashes.push(
        await wallet.sendTransaction({
          account,
          chain,
          to: act.to,
          data: act.data,
          gas,
          nonce: first + i,
          maxFeePerGas: raised(fees.maxFeePerGas),
          maxPriorityFeePerGas: raised(fees.maxPriorityFeePerGas),
        }),
      )
    }
    return { first, hashes }
  }

  /**
   * Fills gaps in the nonces: a node may drop pending transactions, and ours after the gap would
   * wait for ever. A nonce that is still pending is refused at the same fee, and keeps its
   * transaction.
   */
  const fillGapsBefore = async (first: number): Promise<void> => {
    for (let nonce = await count('latest'); nonce < first; nonce++) {
      const nothing = { account, chain, to: account.address, value: 0n, nonce }
      await wallet.sendTransaction(nothing).catch((cause) => {
        if (!(cause instanceof BaseError)) throw cause
      })
    }
  }

  const receiptOf = async (hash: Hex, first: number): Promise<TransactionReceipt> => {
    for (let waited = 0; waited < TIMEOUT_MS; waited += LOOK_MS) {
      try {
        return await reader.waitForTransactionReceipt({ hash, timeout: LOOK_MS })
      } catch (cause) {
        if (!(cause instanceof WaitForTransactionReceiptTimeoutError)) throw cause
        await fillGapsBefore(first)
      }
    }
    stuck += 1
    throw new RetryError(
      'A transaction was not mined in time',
      { transaction: hash, seconds: TIMEOUT_MS / 1_000 },
      'It is sent again for a higher fee.',
    )
  }

  return {
    send: async (acts, onOutcome) => {
      const tried = await Promise.all(acts.map((act) => tryOut(reader, wallet, act)))
      const accepted = tried.flatMap((attempt, index) => (attempt.kind === 'accepted' ? [{ ...attempt, index }] : []))
      tried.forEach((attempt, index) => {
        if (attempt.kind === 'refused') onOutcome(index, attempt)
      })
      const { first, hashes } = await dispatch(accepted)
      for (const [i, hash] of hashes.entries()) {
        const receipt = await receiptOf(hash, first)
        const kind = receipt.status === 'success' ? 'mined' : 'reverted'
        onOutcome(accepted[i]?.index ?? 0, { kind, receipt })
      }
      stuck = 0
    },
  }
}

type Attempt =
  | { readonly kind: 'accepted'; readonly act: ContractCall; readonly gas: bigint }
  | Extract<Outcome, { kind: 'refused' }>

/** A dry run on the node's newest state. */
async function tryOut(reader: Reader, wallet: Wallet, act: ContractCall): Promise<Attempt> {
  try {
    const gas = await estimate(reader, wallet.account.address, act)
    return { kind: 'accepted', act, gas: (gas * GAS_PERCENT) / 100n }
  } catch (error) {
    if (!(error instanceof StopError) || !('errorName' in error)) throw error
    return { kind: 'refused', errorName: error.errorName as string | undefined, message: error.message }
  }
}
