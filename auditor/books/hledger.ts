import { accountsOf, type Books, dayOf, decimalOpen, eventsOf, timeOf } from './entry.ts'

// hledger 1.25 and later: https://hledger.org/hledger.html#journal. `==*` asserts all that an account
// and its parts hold.

export function* hledgerOf(books: Books): Generator<string> {
  const { deployment, chainId, head, entries, balances } = books
  const decimals = entries.some(({ postings }) => postings.some(({ amountWei }) => amountWei % 1_000_000_000n !== 0n))
    ? 18
    : 9
  yield `; Books of ${deployment} on chain ${chainId}, up to block ${head.number} (${head.hash}).\n`
  // Entries are balanced to as many decimals as this has.
  yield `commodity 1000.${'0'.repeat(decimals)} OPEN\n\n`
  for (const account of accountsOf(books)) yield `account ${account}\n`
  for (const entry of entries) {
    yield `\n${dayOf(entry.timestamp)} * ${eventsOf(entry)}\n`
    yield `    ; tx:${entry.transactionHash}, block:${entry.block}, time:${timeOf(entry.timestamp)}\n`
    for (const { account, amountWei, event, logIndex } of entry.postings)
      yield `    ${account}  ${decimalOpen(amountWei)} OPEN  ; event:${event}, log:${logIndex}\n`
  }
  yield `\n; What the contracts hold after that block, exactly.\n${dayOf(head.timestamp)} * balances\n`
  for (const { account, amountWei, source } of balances)
    yield `    ${account}  0 OPEN ==* ${decimalOpen(amountWei)} OPEN  ; ${source}\n`
}
