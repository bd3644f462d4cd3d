import { type Books, decimalOpen, timeOf } from './entry.ts'

/** One line a posting; docs/books.md says what each column holds. No value needs quotes. */
export function* csvOf({ entries }: Books): Generator<string> {
  yield 'time,block,transaction,log,event,account,amount,commodity\n'
  for (const { timestamp, block, transactionHash, postings } of entries)
    for (const { account, amountWei, event, logIndex } of postings)
      yield `${[timeOf(timestamp), block, transactionHash, logIndex, event, account, decimalOpen(amountWei), 'OPEN'].join()}\n`
}
