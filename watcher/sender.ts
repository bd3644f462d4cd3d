import { setTimeout as sleep } from 'node:timers/promises'
import type { Hex, TransactionReceipt } from 'viem'
import { BaseError, WaitForTransactionReceiptTimeoutError } from 'viem'
import type { Reader, Wallet } from '../sdk/chain.ts'
import { RetryError, StopError } from '../sdk/errors.ts'
import { type ContractCall, estimate } from '../sdk/node/contractCall.ts'

/** What became of a call. */
export type Outcome =
  | { readonly kind: 'mined'; readonly receipt: TransactionReceipt }
  /** It passed just before, and something else came first. */
  | { readonly kind: 'reverted'; readonly receipt: TransactionReceipt }
  /** It would be reverted; nothing was sent. */
  | { readonly kind: 'refused'; readonly errorName: string | undefined; readonly message: string }

/** Sends calls of one signer, several in a block. */
export interface Sender {
  /** Says what became of each as soon as that is known, with its place among them. */
  send(acts: readonly ContractCall[], told: (place: number, outcome: Outcome) => void): Promise<void>
}

/** Transactions at consecutive places of their sender. */
interface Dispatched {
  readonly first: number
  readonly hashes: readonly Hex[]
}

/** What a call finds when it is mined may differ from what it was tried on: others of ours come before it. */
const GAS_PERCENT = 115n
const TIMEOUT_MS = 120_000
/** So often it is seen to that nothing holds ours up. */
const LOOK_MS = 5_000
/** Longer than a node takes to put a block away. */
const SETTLING_MS = 250

export function senderOf(reader: Reader, wallet: Wallet): Sender {
  const { account, chain } = wallet
  // How often in a row nothing was mined in time: then the same places are taken again, for more.
  let stuck = 0

  const count = (blockTag: 'pending' | 'latest'): Promise<number> =>
    reader.getTransactionCount({ address: account.address, blockTag })

  /**
   * The place behind those of ours that wait. While a node puts a block away it may count a transaction both as mined and as waiting,
   * and what is sent behind the place left open is never mined: so a count above what is mined is believed only when it stays.
   */
  const behindThoseThatWait = async (): Promise<number> => {
    let counted = await count('pending')
    if (counted === (await count('latest'))) return counted
    for (;;) {
      await sleep(SETTLING_MS)
      const again = await count('pending')
      if (again === counted) return counted
      counted = again
    }
  }

  /** As many as the sender has gas for; the others are for another time. */
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
      `${account.address} cannot pay for gas`,
      { balanceWei: balance, neededWei: first.gas * maxFeePerGas },
      'Send it some of the chain’s own coin; nothing is lost meanwhile but time.',
    )
  }

  const dispatch = async (
    acts: readonly { readonly act: ContractCall; readonly gas: bigint }[],
  ): Promise<Dispatched> => {
    const first = await (stuck === 0 ? behindThoseThatWait() : count('latest'))
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
   * A node may lose what it counted, a former self's or another sender's: ours behind the place left open would wait for ever. A place
   * that somebody still waits in is refused for the same fee, and stays theirs.
   */
  const fillPlacesBefore = async (first: number): Promise<void> => {
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
        await fillPlacesBefore(first)
      }
    }
    stuck += 1
    throw new RetryError(
      'A transaction of ours is not mined',
      { transaction: hash, seconds: TIMEOUT_MS / 1_000 },
      'It is sent again for a higher fee.',
    )
  }

  return {
    send: async (acts, told) => {
      const tried = await Promise.all(acts.map((act) => tryOut(reader, wallet, act)))
      const accepted = tried.flatMap((attempt, place) => (attempt.kind === 'accepted' ? [{ ...attempt, place }] : []))
      tried.forEach((attempt, place) => {
        if (attempt.kind === 'refused') told(place, attempt)
      })
      const { first, hashes } = await dispatch(accepted)
      for (const [i, hash] of hashes.entries()) {
        const receipt = await receiptOf(hash, first)
        const kind = receipt.status === 'success' ? 'mined' : 'reverted'
        told(accepted[i]?.place ?? 0, { kind, receipt })
      }
      stuck = 0
    },
  }
}

type Attempt =
  | { readonly kind: 'accepted'; readonly act: ContractCall; readonly gas: bigint }
  | Extract<Outcome, { kind: 'refused' }>

/** Runs a call on the node's newest state. */
async function tryOut(reader: Reader, wallet: Wallet, act: ContractCall): Promise<Attempt> {
  try {
    const gas = await estimate(reader, wallet.account.address, act)
    return { kind: 'accepted', act, gas: (gas * GAS_PERCENT) / 100n }
  } catch (error) {
    if (!(error instanceof StopError) || !('errorName' in error)) throw error
    return { kind: 'refused', errorName: error.errorName as string | undefined, message: error.message }
  }
}
