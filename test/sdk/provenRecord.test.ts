import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Hex } from 'viem'
import { expect, it } from 'vitest'
import type { BatchHeader } from '../../sdk/batch.ts'
import { trustedBlock } from '../../sdk/blockHeader.ts'
import { StopError } from '../../sdk/errors.ts'
import { JOURNAL_SLOT } from '../../sdk/journal.ts'
import { proveRecorded, slotsOfRecord } from '../../sdk/provenRecord.ts'
import type { RecordProof } from '../../sdk/recordProof.ts'
import { proveStorage } from '../../sdk/storageProof.ts'
import { ask } from '../support/ask.ts'
import { newFolder } from '../support/folder.ts'
import { indexTo } from '../support/indexing.ts'
import { startLocalLedger } from '../support/localLedger.ts'
import { beginScenario } from '../support/scenario.ts'

interface Answer {
  readonly _meta: { readonly block: string; readonly hash: Hex }
  readonly inferences: {
    readonly items: readonly {
      readonly position: number
      readonly payer: number
      readonly salt: number
      readonly feeUnits: number
      readonly commitment: Hex
      readonly sketch: Hex | null
      readonly recordHash: Hex
      readonly stands: boolean
      readonly proof: { readonly path: readonly Hex[]; readonly commitment: { readonly slot: Hex } }
      readonly recordedBatch: {
        readonly id: string
        readonly book: string
        readonly number: number
        readonly block: number
        readonly count: number
        readonly units: number
        readonly root: Hex
        readonly sumHash: Hex
      }
    }[]
  }
  readonly journals: { readonly items: readonly { contract: string; slot: Hex; storage: { contract: Hex } }[] }
}

const QUESTION = `{
  _meta { block hash }
  inferences(limit: 100) { items {
    position payer: payerId salt feeUnits commitment sketch recordHash stands
    proof { path commitment { slot } }
    recordedBatch: batch { id: batchId book: bookId number block count units root sumHash }
  } }
  journals { items { contract slot storage { contract } } }
}`

it('a wallet that trusts one block hash needs to believe neither the indexer nor the node of what was recorded', async () => {
  const setting = await startLocalLedger(4)
  const folder = newFolder('wallet')
  try {
    const scenario = await beginScenario(setting, 11)
    await scenario.does('recordBatch', 'recordBatch', 'proveBrokenReceipt', 'appealRecord', 'recordBatch')
    const { reader } = setting.connection
    const indexer = await indexTo(setting, { kind: 'embedded', folder: join(folder, 'index') })
    await indexer.atHead()
    const { _meta, inferences, journals } = await ask<Answer>(indexer.url, QUESTION)
    await indexer.close()

    const told = await reader.request({ method: 'eth_getBlockByHash', params: [_meta.hash, false] })
    const block = trustedBlock(_meta.hash, { ...told })
    const { ledger } = setting.deployment.contracts
    const prove = (proof: RecordProof) =>
      reader.getProof({ address: ledger, storageKeys: [...slotsOfRecord(proof)], blockNumber: block.number })

    expect(new Set(inferences.items.map(({ stands }) => stands))).toEqual(new Set([true, false]))
    for (const { stands, ...inference } of inferences.items) {
      const proof = recordProofOf(inference)
      expect(slotsOfRecord(proof)[0]).toBe(inference.proof.commitment.slot)
      expect(proveRecorded(block, ledger, proof, await prove(proof))).toEqual({ stands })
    }

    const [first] = inferences.items
    if (first === undefined) throw new Error('A scenario without an inference')
    const storage = await prove(recordProofOf(first))
    for (const lie of [
      { payer: first.payer + 1 },
      { salt: first.salt + 1 },
      { feeUnits: first.feeUnits + 1 },
      { position: 10_000 },
      { recordedBatch: { ...first.recordedBatch, units: first.recordedBatch.units + 1 } },
    ]) {
      const proof = recordProofOf({ ...first, ...lie })
      expect(() => proveRecorded(block, ledger, proof, storage)).toThrow(StopError)
    }

    for (const { slot, storage: where } of journals.items) {
      const answer = await reader.getProof({
        address: where.contract,
        storageKeys: [JOURNAL_SLOT],
        blockNumber: block.number,
      })
      expect(proveStorage(block.stateRoot, where.contract, [JOURNAL_SLOT], answer).values).toEqual([slot])
    }
  } finally {
    await setting.stop()
    rmSync(folder, { recursive: true })
  }
})

/** What the wallet was told, as the contracts take it. */
function recordProofOf(inference: Omit<Answer['inferences']['items'][number], 'stands'>): RecordProof {
  const { position, payer, salt, feeUnits, commitment, sketch, proof, recordedBatch } = inference
  const { id, book, block, units, ...rest } = recordedBatch
  const header: BatchHeader = {
    ...rest,
    batch: BigInt(id),
    book: BigInt(book),
    recordedIn: block,
    units: BigInt(units),
  }
  return {
    header,
    index: BigInt(position),
    record: { payer, salt, feeUnits, commitment, sketch: sketch ?? '0x' },
    path: proof.path,
  }
}
