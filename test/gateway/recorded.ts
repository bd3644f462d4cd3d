import { openBook } from '../../sdk/openBook.ts'
import { type Receipt, signedReceipt } from '../../sdk/receipt.ts'
import { K, type LocalGateway } from './localGateway.ts'

/** How often each record is on chain, by its leaf. */
export async function recordedLeaves({ local, registered, operator }: LocalGateway) {
  const { connection } = local
  const { model } = registered
  const { ledger } = connection.contracts
  const count = await connection.reader.readContract({
    ...ledger,
    functionName: 'bookCountOf',
    args: [model, operator],
  })
  const leaves = new Map<string, number>()
  let units = 0
  for (let number = 1; number <= count; number++) {
    const { batches } = await openBook(connection, { model, operator, number }, K)
    for (const batch of batches) {
      units += Number(batch.header.units)
      for (const leaf of batch.leaves) leaves.set(leaf, (leaves.get(leaf) ?? 0) + 1)
    }
  }
  return { leaves, units }
}

/** Receipts whose records are not on chain once, in words. */
export async function wronglyRecorded(its: LocalGateway, receipts: readonly Receipt[]): Promise<readonly string[]> {
  const { leaves } = await recordedLeaves(its)
  const expected = receipts.map((receipt) => signedReceipt(receipt).recordHash)
  const twice = [...leaves].filter(([, times]) => times !== 1).map(([leaf]) => `${leaf} is recorded twice`)
  return [...twice, ...expected.filter((leaf) => !leaves.has(leaf)).map((leaf) => `${leaf} is not recorded`)]
}
