import { type Hex, hexToBytes } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type BatchHeader,
  batchCommitment,
  isRecorded,
  type OpenedBatch,
  openBatch,
  proveRecord,
} from '../../sdk/recordProof.ts'
import { beginStory } from '../indexer/support/story.ts'
import { type LocalLedger, startLocalLedger } from '../scripts/localLedger.ts'

interface Recorded {
  readonly opened: OpenedBatch
  readonly bytes: Uint8Array
  readonly dims: number
  readonly stored: Hex
}

describe('a record proof', () => {
  let ledger: LocalLedger
  let batches: readonly Recorded[]

  beforeAll(async () => {
    ledger = await startLocalLedger(7)
    await (await beginStory(ledger, 7)).tell(80)
    const { reader, contracts, fromBlock } = ledger.connection
    const events = await reader.getContractEvents({
      ...contracts.ledger,
      eventName: 'BatchRecorded',
      fromBlock,
      strict: true,
    })
    batches = await Promise.all(
      events.map(async ({ args }) => {
        const bytes = hexToBytes(args.records)
        const { dims } = await reader.readContract({
          ...contracts.models,
          functionName: 'servingTerms',
          args: [args.model],
        })
        const stored = await reader.readContract({
          ...contracts.ledger,
          functionName: 'batchCommitmentOf',
          args: [args.batch],
        })
        return { opened: openBatch(args, bytes, dims), bytes, dims, stored }
      }),
    )
  })
  afterAll(() => ledger.stop())

  it('leads every record to the commitment that the Ledger stores', () => {
    expect(batches.length).toBeGreaterThan(3)
    for (const { opened, stored } of batches) {
      expect(batchCommitment(opened.header)).toBe(stored)
      for (const index of opened.records.keys()) expect(isRecorded(proveRecord(opened, index), stored)).toBe(true)
    }
  })

  it('is what the Court voids a record by', async () => {
    const { reader, contracts, fromBlock } = ledger.connection
    const struck = await reader.getContractEvents({
      ...contracts.court,
      eventName: 'RecordStruck',
      fromBlock,
      strict: true,
    })
    expect(struck.length).toBeGreaterThan(0)
    for (const { args } of struck) {
      const voided = await reader.readContract({
        ...contracts.ledger,
        functionName: 'isVoided',
        args: [args.batch, BigInt(args.index)],
      })
      expect(voided).toBe(true)
    }
  })

  it('fails for another record, another place, another header and another batch', () => {
    const found = batches.find(({ opened }) => opened.records.length > 1)
    if (found === undefined) throw new Error('The story recorded no batch of two')
    const { opened, stored } = found
    const proof = proveRecord(opened, 0)
    const altered: Partial<BatchHeader>[] = [
      { model: opened.header.model + 1 },
      { operator: opened.header.operator + 1 },
      { epoch: opened.header.epoch + 1 },
      { count: opened.header.count + 1 },
      { treasuryBps: opened.header.treasuryBps + 1 },
      { root: stored },
    ]
    for (const change of altered) {
      expect(isRecorded({ ...proof, header: { ...proof.header, ...change } }, stored)).toBe(false)
    }
    expect(isRecorded({ ...proof, index: 1n }, stored)).toBe(false)
    expect(isRecorded({ ...proof, index: BigInt(opened.header.count) }, stored)).toBe(false)
    expect(isRecorded({ ...proof, record: proveRecord(opened, 1).record }, stored)).toBe(false)
    for (const other of batches) if (other !== found) expect(isRecorded(proof, other.stored)).toBe(false)
  })

  it('is not built from bytes that a header does not commit to, nor for a record that is not there', () => {
    const [first] = batches
    if (first === undefined) throw new Error('The story recorded no batch')
    const { header, records } = first.opened
    const altered = first.bytes.slice()
    altered[0] = (altered[0] as number) ^ 1
    expect(() => openBatch(header, altered, first.dims)).toThrow(`These are not the records of batch ${header.batch}`)
    expect(() => openBatch({ ...header, count: header.count + 1 }, first.bytes, first.dims)).toThrow('not the records')
    expect(() => proveRecord(first.opened, records.length)).toThrow(`holds no record ${records.length}`)
  })
})
