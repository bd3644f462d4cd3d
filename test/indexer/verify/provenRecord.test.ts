import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { bytesToHex, type Hex, hexToBytes } from 'viem'
import { expect, it } from 'vitest'
import { trustedBlock } from '../../../sdk/blockHeader.ts'
import { StopError } from '../../../sdk/errors.ts'
import { JOURNAL_SLOT } from '../../../sdk/journal.ts'
import { proveRecorded, slotsOfRecord } from '../../../sdk/provenRecord.ts'
import { encodeRecord } from '../../../sdk/record.ts'
import type { RecordProof } from '../../../sdk/recordProof.ts'
import { proveStorage } from '../../../sdk/storageProof.ts'
import { startLocalLedger } from '../../scripts/localLedger.ts'
import { ask } from '../support/ask.ts'
import { newFolder } from '../support/folder.ts'
import { indexTo } from '../support/indexing.ts'
import { beginStory } from '../support/story.ts'

interface Answer {
  readonly _meta: { readonly block: string; readonly hash: Hex }
  readonly inferences: {
    readonly items: readonly {
      readonly position: number
      readonly commitment: Hex
      readonly payer: number
      readonly feeGwei: string
      readonly sketch: Hex
      readonly stands: boolean
      readonly calledModel: { readonly dims: number; readonly topK: number }
      readonly attributions: { readonly items: readonly { row: number; account: number; weight: number }[] }
      readonly proof: { readonly path: readonly Hex[]; readonly commitment: { readonly slot: Hex } }
      readonly recordedBatch: {
        readonly id: string
        readonly model: number
        readonly operator: number
        readonly epoch: number
        readonly count: number
        readonly treasuryBps: number
        readonly root: Hex
      }
    }[]
  }
  readonly journals: { readonly items: readonly { contract: string; slot: Hex; storage: { contract: Hex } }[] }
}

const QUESTION = `{
  _meta { block hash }
  inferences(limit: 100) { items {
    position commitment payer feeGwei sketch stands calledModel { dims topK }
    attributions(orderBy: rank, orderDirection: asc, limit: 32) { items { row account weight } }
    proof { path commitment { slot } }
    recordedBatch { id model operator epoch count treasuryBps root }
  } }
  journals { items { contract slot storage { contract } } }
}`

it('a wallet that trusts one block hash needs to believe neither the indexer nor the node of what was recorded', async () => {
  const setting = await startLocalLedger(4)
  const folder = newFolder('wallet')
  try {
    await (await beginStory(setting, 11)).tell(80)
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
    if (first === undefined) throw new Error('A story without an inference')
    const storage = await prove(recordProofOf(first))
    for (const lie of [
      { payer: first.payer + 1 },
      { feeGwei: `${BigInt(first.feeGwei) + 1n}` },
      { position: 10_000 },
    ]) {
      const proof = recordProofOf({ ...first, ...lie })
      const answer = 'position' in lie ? await prove(proof) : storage
      expect(() => proveRecorded(block, ledger, proof, answer)).toThrow(StopError)
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

/** What the wallet was told, as bytes and their way to the batch. */
function recordProofOf(inference: Omit<Answer['inferences']['items'][number], 'stands'>): RecordProof {
  const { calledModel, attributions, recordedBatch, proof } = inference
  const record = encodeRecord(
    {
      commitment: inference.commitment,
      payer: inference.payer,
      feeGwei: BigInt(inference.feeGwei),
      rows: attributions.items,
      sketch: hexToBytes(inference.sketch),
    },
    { ...calledModel, rowCount: 2 ** 32 },
  )
  const { id, ...header } = recordedBatch
  return {
    header: { ...header, batch: BigInt(id) },
    index: BigInt(inference.position),
    record: bytesToHex(record),
    path: proof.path,
  }
}
