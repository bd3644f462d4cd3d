import type { Hex } from 'viem'
import { getProof } from 'viem/actions'
import { bookKeyOf } from '../book.ts'
import { openBatchNumber } from '../openBook.ts'
import { proveRecorded, slotsOfRecord } from '../provenRecord.ts'
import { proveRecord, type RecordProof } from '../recordProof.ts'
import type { OnDeployment, ReadingClient } from './client.ts'
import { readingOf } from './reading.ts'
import { trustBlock } from './trustBlock.ts'

export type ProveInferenceArgs = OnDeployment & {
  /** Of a block that you trust: from a light client, several nodes, or a checkpoint. Nothing else is believed. */
  readonly blockHash: Hex
} & (
    | {
        /** Where the inference was recorded; its bytes are looked up in the node's logs. */
        readonly batch: bigint
        readonly index: number
        readonly proof?: undefined
      }
    | {
        /** The record and its path, from an indexer: a node without old logs suffices. */
        readonly proof: RecordProof
      }
  )

/** What the Ledger had recorded when the trusted block was made. */
export interface ProvenInference {
  readonly model: number
  readonly operator: number
  readonly payer: number
  readonly feeUnits: number
  /** keccak256 of salt, request, answer and sketch (`inferenceCommitment`). */
  readonly commitment: Hex
  /** Whether it stood then, or had been voided or set aside. */
  readonly stands: boolean
  /** As `rate` takes it. */
  readonly proof: RecordProof
}

/**
 * Proves that an inference was recorded, from the hash of one block that you trust. Neither node nor indexer is believed:
 * it throws where anything does not lead to the next.
 *
 * @example
 * const { stands, feeUnits } = await proveInference(client, { deployment, blockHash, batch: 12n, index: 3 })
 */
export async function proveInference(client: ReadingClient, args: ProveInferenceArgs): Promise<ProvenInference> {
  const { deployment, blockHash } = args
  const block = await trustBlock(client, blockHash)
  const proof = args.proof ?? (await lookUp(client, args, block.number))
  const { ledger } = deployment.contracts
  const storage = await getProof(client, {
    address: ledger,
    storageKeys: [...slotsOfRecord(proof)],
    blockNumber: block.number,
  })
  const { stands } = proveRecorded(block, ledger, proof, storage)
  const { model, operator } = bookKeyOf(proof.header.book)
  const { payer, feeUnits, commitment } = proof.record
  return { model, operator, payer, feeUnits, commitment, stands, proof }
}

async function lookUp(
  client: ReadingClient,
  { deployment, batch, index }: OnDeployment & { readonly batch: bigint; readonly index: number },
  blockNumber: bigint,
): Promise<RecordProof> {
  const reading = readingOf(client, deployment, blockNumber)
  return proveRecord(await openBatchNumber(reading, batch), index)
}
