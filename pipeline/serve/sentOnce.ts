import { type Address, BaseError, type Hex, keccak256, type TransactionReceipt } from 'viem'
import type { Reader, Wallet } from '../../sdk/chain.ts'
import { type ContractCall, estimate, requireSuccess } from '../../sdk/contractCall.ts'
import { RetryError } from '../../sdk/errors.ts'

/**
 * Transactions that count once, whenever their sender is killed: each is signed and kept before it leaves, so a later start sends the very same
 * one again. Its nonce sees to it that the chain takes it once.
 */

export interface SentTransaction {
  readonly chainId: number
  readonly from: Address
  readonly nonce: number
  readonly raw: Hex
}

const MINED_WITHIN_MS = 120_000

/** @param keep Called before anything is sent. */
export async function sendOnce(
  reader: Reader,
  wallet: Wallet,
  call: ContractCall,
  keep: (sent: SentTransaction) => void,
): Promise<TransactionReceipt> {
  const { account, chain } = wallet
  const gas = await estimate(reader, account.address, call)
  const prepared = await wallet.prepareTransactionRequest({ account, chain, to: call.to, data: call.data, gas })
  const sent: SentTransaction = {
    chainId: chain.id,
    from: account.address,
    nonce: prepared.nonce,
    raw: await wallet.signTransaction(prepared),
  }
  keep(sent)
  return requireSuccess(await arrival(reader, sent), call)
}

/** Sends again whatever is not on chain and still can be, and waits for it: after a kill, or a reorg. */
export async function resend(
  reader: Reader,
  from: Address,
  kept: readonly SentTransaction[],
): Promise<readonly TransactionReceipt[]> {
  const own = kept.filter((sent) => sent.chainId === reader.chain.id && sent.from === from)
  if (own.length === 0) return []
  const used = await reader.getTransactionCount({ address: from })
  const receipts: TransactionReceipt[] = []
  for (const sent of own.filter(({ nonce }) => nonce >= used)) receipts.push(await arrival(reader, sent))
  return receipts
}

/** The receipt of a transaction, if the chain has it. */
export async function receiptOf(reader: Reader, { raw }: SentTransaction): Promise<TransactionReceipt | undefined> {
  return await reader.getTransactionReceipt({ hash: keccak256(raw) }).catch(() => undefined)
}

async function arrival(reader: Reader, sent: SentTransaction): Promise<TransactionReceipt> {
  const hash = keccak256(sent.raw)
  try {
    await reader.sendRawTransaction({ serializedTransaction: sent.raw })
  } catch (cause) {
    if (!(cause instanceof BaseError)) throw cause
    // A node that has it already says so, each in its own words.
    const isThere = await reader.getTransaction({ hash }).catch(() => undefined)
    if (isThere === undefined) throw notMined(sent, 'the node does not take it', cause)
  }
  const receipt = await reader.waitForTransactionReceipt({ hash, timeout: MINED_WITHIN_MS }).catch((cause) => {
    if (!(cause instanceof BaseError)) throw cause
    throw notMined(sent, `it waits for more than ${MINED_WITHIN_MS / 1_000} seconds`, cause)
  })
  if (receipt.transactionHash === hash) return receipt
  throw notMined(sent, `${receipt.transactionHash} was mined in its place`)
}

function notMined({ from, nonce, raw }: SentTransaction, why: string, cause?: unknown): RetryError {
  return new RetryError(
    `Transaction ${nonce} of ${from} is not mined: ${why}`,
    { transaction: keccak256(raw) },
    'Run the command again: it is sent again. Where its fee is too low, send any other with the same nonce in its place.',
    cause,
  )
}
