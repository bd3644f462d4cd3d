import { zeroHash } from 'viem'
import { describe, expect, it } from 'vitest'
import { emptyChronicle, forgetMatured, isIncluded, undoAbove } from '../../../scripts/watch/chronicle.ts'

const header = (batch: bigint, epoch: number) => ({
  header: { batch, model: 1, operator: 1, epoch, count: 1, treasuryBps: 0, root: zeroHash },
  records: new Uint8Array(),
})

describe('a chronicle', () => {
  it('forgets what lies above a block, and nothing below it', () => {
    const chronicle = emptyChronicle()
    chronicle.voided.set('1/0', { block: 4n })
    chronicle.voided.set('1/1', { block: 5n })
    chronicle.stopped.set(7, { block: 6n })
    undoAbove(chronicle, 4n)
    expect([...chronicle.voided.keys()]).toEqual(['1/0'])
    expect([...chronicle.stopped.keys()]).toEqual([])
  })

  it('lets go of records that are both matured and settled', () => {
    const chronicle = emptyChronicle()
    chronicle.batches.set(1n, { ...header(1n, 5), block: 10n })
    chronicle.batches.set(2n, { ...header(2n, 5), block: 20n })
    chronicle.batches.set(3n, { ...header(3n, 6), block: 10n })
    forgetMatured(chronicle, 6, 20n)
    expect([...chronicle.batches.keys()]).toEqual([2n, 3n])
  })

  it('knows what a version froze: accepted before, and not withdrawn before', () => {
    const chronicle = emptyChronicle()
    const contribution = { dataset: 3, contributor: 1, itemsRoot: zeroHash, itemCount: 1, block: 1n }
    chronicle.versions.set(8n, { dataset: 3, frozenAt: 10, block: 2n })
    chronicle.contributions.set(zeroHash, contribution)
    const included = () => isIncluded(chronicle, [8n], zeroHash)
    expect(included()).toBe(false)
    chronicle.accepted.set(zeroHash, { at: 10, block: 2n })
    expect(included()).toBe(false)
    chronicle.accepted.set(zeroHash, { at: 9, block: 2n })
    expect(included()).toBe(true)
    chronicle.withdrawn.set(zeroHash, { at: 11, block: 2n })
    expect(included()).toBe(true)
    chronicle.withdrawn.set(zeroHash, { at: 9, block: 2n })
    expect(included()).toBe(false)
    chronicle.withdrawn.clear()
    chronicle.contributions.set(zeroHash, { ...contribution, dataset: 4 })
    expect(included()).toBe(false)
  })
})
