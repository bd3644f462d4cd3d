import { type ChannelKey, type Contracts, type ReadingClient, signerOfReceipt } from '@attribution-ledger/sdk'
import { keccak256, toBytes } from 'viem'
import { readContract } from 'viem/actions'
import { type Reply, requestHash } from './askGateway.ts'
import type { Offer } from './offers.ts'

interface Asked {
  readonly offer: Offer
  readonly question: string
  readonly channel: ChannelKey
}

/** Why a receipt would not hold the operator to this question and answer; undefined where it does. */
export async function receiptFault(
  { client, contracts }: { readonly client: ReadingClient; readonly contracts: Contracts },
  { offer, question, channel }: Asked,
  { receipt, text }: Reply,
): Promise<string | undefined> {
  if (receipt.requestHash !== requestHash(offer, question)) return 'It names another question.'
  if (receipt.answerHash !== keccak256(toBytes(text))) return 'It names another answer.'
  const { payer, operator, model, salt } = channel
  const isOurs =
    receipt.payer === payer &&
    receipt.channelSalt === salt &&
    receipt.operator === operator &&
    receipt.model === model &&
    receipt.court.toLowerCase() === contracts.court.address.toLowerCase()
  if (!isOurs) return 'It names another channel.'
  const signer = await signerOfReceipt(receipt)
  if (signer === undefined) return 'Its signature is of nobody.'
  const args = [operator, signer] as const
  const { from, until } = await readContract(client, { ...contracts.court, functionName: 'keyTermOf', args })
  if (receipt.recordBy < from || receipt.recordBy >= until) return `${signer} is no receipt key of the operator.`
  return undefined
}
