import {
  batchCommitment,
  bookKeyOf,
  type Contracts,
  channelId,
  type Deployment,
  leafOf,
  proofSource,
  provePay,
  proveRecorded,
  type ReadingClient,
  type Receipt,
  type RecordProof,
  type ShownBatch,
  signedReceipt,
  signerOfReceipt,
  signsOf,
  slotsOfRecord,
  standingOf,
  type TrustedBlock,
  trustedBlock,
  unitTerms,
} from '@attribution-ledger/sdk'
import type { Hex } from 'viem'
import { hexToBytes, numberToHex } from 'viem'
import { getBlock, getCode, getProof, readContract } from 'viem/actions'
import { count } from '../format.ts'
import type { BookProofData, Inference } from '../queries/answer.ts'
import { type Check, sizeOf } from './step.ts'

export interface AnswerToProve {
  readonly client: ReadingClient
  readonly contracts: Contracts
  readonly deployment: Deployment
  readonly inference: Inference
  /** The block that the index's answer is of. */
  readonly block: number
  readonly receipt: Receipt | undefined
  readonly book: BookProofData['book']
}

/**
 * From the bytes of a record to a block hash that the viewer's own node names, and on to what every
 * unit is paid. Nothing that the index said is believed.
 */
export function answerChecks(of: AnswerToProve): readonly (readonly [string, Check])[] {
  const { inference } = of
  const proof = recordProofOf(inference)
  let trusted: TrustedBlock | undefined
  const block = (): TrustedBlock => {
    if (trusted === undefined) throw new Error('The block is proven before what it holds')
    return trusted
  }
  return [
    ['Record', async () => recordCheck(inference, proof)],
    ['Receipt', async () => await receiptCheck(of)],
    ['Path', async () => pathCheck(proof)],
    [
      'Block',
      async () => {
        trusted = await trustOwnNode(of)
        return { says: `Header of block ${count(trusted.number)}, hashed here: it is the hash that your node names.` }
      },
    ],
    ['Batch on chain', async () => await batchCheck(of, proof, block())],
    ['Influence and pay', async () => await payCheck(of, block())],
  ]
}

function recordProofOf(of: Inference): RecordProof {
  const { number, block, count: records, units, root, sumHash } = of.batch
  return {
    header: {
      batch: BigInt(of.batchId),
      book: BigInt(of.bookId),
      number,
      recordedIn: block,
      count: records,
      units: BigInt(units),
      root,
      sumHash,
    },
    index: BigInt(of.position),
    record: {
      payer: of.payerId,
      salt: of.salt,
      feeUnits: of.feeUnits,
      commitment: of.commitment,
      sketch: of.sketch ?? '0x',
    },
    path: of.proof.path,
  }
}

function recordCheck(of: Inference, { record }: RecordProof) {
  const leaf = leafOf(record, of.modelId, of.operatorId)
  if (leaf !== of.recordHash) throw new Error(`These bytes hash to ${leaf}, and the index says ${of.recordHash}.`)
  const channel = channelId({ payer: of.payerId, operator: of.operatorId, model: of.modelId, salt: of.salt })
  const fields = [
    { hex: channel, means: `channel of account ${of.payerId} that paid` },
    { hex: numberToHex(of.feeUnits, { size: 2 }), means: `fee: ${count(of.feeUnits)} fee units` },
    { hex: of.commitment, means: 'commitment to question and answer' },
    { hex: record.sketch, means: 'query sketch, one bit a dimension' },
  ]
  const bytes = sizeOf(fields.map(({ hex }) => hex))
  return { says: `The ${count(bytes)} bytes that were recorded. They hash to the record’s leaf.`, bytes, fields }
}

async function receiptCheck({ client, contracts, inference, receipt }: AnswerToProve) {
  if (receipt === undefined) {
    return { isSkipped: true, says: 'No receipt was dropped here, so what the operator promised is not compared.' }
  }
  const { recordHash } = signedReceipt(receipt)
  if (recordHash !== inference.recordHash) {
    throw new Error('The operator signed other bytes than it recorded. You can challenge this record.')
  }
  const signer = await signerOfReceipt(receipt)
  if (signer === undefined) throw new Error('The signature of this receipt is of nobody.')
  const args = [inference.operatorId, signer] as const
  const { from, until } = await readContract(client, { ...contracts.court, functionName: 'keyTermOf', args })
  if (receipt.recordBy < from || receipt.recordBy >= until) {
    throw new Error(`The receipt is signed by ${signer}, which was no receipt key of the operator then.`)
  }
  return { says: 'The operator signed exactly these bytes.', bytes: sizeOf([receipt.signature]) }
}

function pathCheck(proof: RecordProof) {
  const standing = standingOf(proof, batchCommitment(proof.header))
  if (standing === 'not recorded') throw new Error('The path does not lead from the record to the batch’s root.')
  const words = standing === 'voided' ? ' It leads to the voided twin of the record.' : ''
  return {
    says: `From the record to the root of batch ${proof.header.batch}, over ${proof.path.length} siblings.${words}`,
    bytes: sizeOf(proof.path),
    fields: proof.path.map((hex, i) => ({ hex, means: `sibling ${i + 1}` })),
  }
}

async function trustOwnNode({ client, block }: AnswerToProve): Promise<TrustedBlock> {
  const { hash } = await getBlock(client, { blockNumber: BigInt(block) })
  const told = await client.request({ method: 'eth_getBlockByHash', params: [hash as Hex, false] })
  if (told === null) throw new Error(`Your node has no block ${block}.`)
  return trustedBlock(hash as Hex, { ...told })
}

async function batchCheck({ client, deployment }: AnswerToProve, proof: RecordProof, block: TrustedBlock) {
  const { ledger } = deployment.contracts
  const storage = await getProof(client, {
    address: ledger,
    storageKeys: [...slotsOfRecord(proof)],
    blockNumber: block.number,
  })
  const { stands } = proveRecorded(block, ledger, proof, storage)
  const nodes = [...storage.accountProof, ...storage.storageProof.flatMap(({ proof: path }) => path)]
  return {
    says: `Storage proof of the batch’s commitment, against that block’s state. The record ${stands ? 'stands' : 'was voided or set aside'}.`,
    bytes: sizeOf(nodes),
  }
}

async function payCheck({ client, deployment, inference, book }: AnswerToProve, block: TrustedBlock) {
  if (book === null) throw new Error('The index does not have the book of this answer.')
  const key = bookKeyOf(BigInt(inference.bookId))
  const source = proofSource(
    { getProof: (args) => getProof(client, args), getCode: (args) => getCode(client, args) },
    block,
  )
  const batches = book.batches.items.map(({ batchId, block: recordedIn, units, sum, ...header }): ShownBatch => {
    return {
      header: { ...header, batch: BigInt(batchId), book: BigInt(inference.bookId), recordedIn, units: BigInt(units) },
      sum,
    }
  })
  const proven = await provePay(block, source, deployment.contracts, key, batches)
  for (const { unitId, amountGwei } of book.pay.units.items) {
    if (proven.units[unitId] !== BigInt(amountGwei)) {
      throw new Error(`Unit ${unitId} is paid ${proven.units[unitId]} gwei, and the index says ${amountGwei}.`)
    }
  }
  const explained = inference.explanation
  if (inference.sketch !== null && (explained.source === 'RowIndex' || explained.source === 'Units')) {
    const terms = unitTerms(signsOf(hexToBytes(inference.sketch)), proven.model.units)
    const wrong = explained.units.items.find(({ unitId, term }) => BigInt(terms[unitId] ?? 0) !== BigInt(term))
    if (wrong !== undefined) throw new Error(`The index names another influence of unit ${wrong.unitId}.`)
  }
  const units = proven.model.units.length
  return {
    says: `${count(units)} unit sketches proven, multiplied by the query here, and all payments of book ${key.number} recomputed: equal, to the gwei.`,
    bytes: proven.model.units.reduce((sum, { codes }) => sum + 16 + codes.length / 2, 0),
  }
}
