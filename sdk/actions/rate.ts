import type { TransactionReceipt } from 'viem'
import { callTo } from '../contractCall.ts'
import { contractsOf } from '../contracts.ts'
import type { RecordProof } from '../recordProof.ts'
import type { SigningClient } from './client.ts'
import { type Sending, send } from './send.ts'

export interface RateArgs extends Sending {
  /** The record that was paid for, as `proveInference` gives it. */
  readonly proof: RecordProof
  /** 1 to 5. */
  readonly stars: number
}

/**
 * Rates an answer that the client's account paid for; once.
 *
 * @example
 * const { proof } = await proveInference(client, { deployment, blockHash, batch: 12n, index: 3 })
 * await rate(client, { deployment, proof, stars: 5 })
 */
export async function rate(client: SigningClient, { proof, stars, ...sending }: RateArgs): Promise<TransactionReceipt> {
  const { evaluations } = contractsOf(sending.deployment)
  return await send(client, sending, callTo(evaluations, 'rate', [proof, stars]))
}
