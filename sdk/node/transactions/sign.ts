import { keccak256, type LocalAccount, parseTransaction, type TransactionSerializableEIP1559 } from 'viem'
import type { Reader } from '../../chain.ts'
import { type Call, estimate } from '../../contractCall.ts'
import type { Attempt } from './journal.ts'

/** Nodes replace a transaction for at least a tenth more; an eighth passes all of them. */
const BUMP_PER_MILLE = 1_125n

/**
 * More than was estimated: nodes estimate at the time of their newest block, where votes that moved in that very block are overwritten;
 * in a later block they are written anew, for up to two delegates and the supply. What is not used is not paid.
 */
const RESERVED_GAS = 70_000n

/** Signs a call at the sender's next nonce. */
export async function sign(call: Call, reader: Reader, account: LocalAccount): Promise<Attempt> {
  const { to, data } = call
  const gas = (await estimate(reader, account.address, call)) + RESERVED_GAS
  const { maxFeePerGas, maxPriorityFeePerGas } = await reader.estimateFeesPerGas()
  const nonce = await reader.getTransactionCount({ address: account.address, blockTag: 'pending' })
  return await signed(
    { chainId: reader.chain.id, nonce, to, data, gas, maxFeePerGas, maxPriorityFeePerGas },
    nonce,
    account,
  )
}

/**
 * Signs the same at the same nonce for a higher fee. Its gas stays: a node may estimate it on the state that the earlier attempt leads to,
 * where it costs less, or is refused.
 */
export async function signHigher({ raw, nonce }: Attempt, reader: Reader, account: LocalAccount): Promise<Attempt> {
  // Not its signature: viem would sign over it.
  const { chainId, to, data, gas, ...before } = parseTransaction(raw) as TransactionSerializableEIP1559
  const now = await reader.estimateFeesPerGas()
  const maxFeePerGas = larger(now.maxFeePerGas, bumped(before.maxFeePerGas))
  const maxPriorityFeePerGas = larger(now.maxPriorityFeePerGas, bumped(before.maxPriorityFeePerGas))
  return await signed({ chainId, nonce, to, data, gas, maxFeePerGas, maxPriorityFeePerGas }, nonce, account)
}

async function signed(
  transaction: TransactionSerializableEIP1559,
  nonce: number,
  account: LocalAccount,
): Promise<Attempt> {
  const raw = await account.signTransaction({ ...transaction, type: 'eip1559' })
  return { hash: keccak256(raw), raw, nonce }
}

function bumped(fee = 0n): bigint {
  return (fee * BUMP_PER_MILLE) / 1_000n + 1n
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}
