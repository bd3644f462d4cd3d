import { accountsOf, type Books, dayOf, decimalOpen, eventsOf, timeOf } from './entry.ts'

// Beancount 2 and 3: https://beancount.github.io/docs/beancount_language_syntax.html. A balance holds
// at the beginning of its day, so the contracts' balances are asserted on the day after the last block.

const DAY = 86_400n

export function* beancountOf(books: Books): Generator<string> {
  const { deployment, chainId, head, entries, balances } = books
  const begin = dayOf(entries[0]?.timestamp ?? head.timestamp)
  yield `; Books of ${deployment} on chain ${chainId}, up to block ${head.number} (${head.hash}).\n`
  yield `option "title" "${deployment}"\n`
  yield `option "operating_currency" "OPEN"\n`
  // Nothing is rounded.
  yield `option "inferred_tolerance_multiplier" "0"\n\n`
  yield `${begin} commodity OPEN\n\n`
  for (const account of accountsOf(books)) yield `${begin} open ${account} OPEN\n`
  for (const entry of entries) {
    yield `\n${dayOf(entry.timestamp)} * "${eventsOf(entry)}"\n`
    yield `  tx: "${entry.transactionHash}"\n`
    yield `  block: ${entry.block}\n`
    yield `  time: "${timeOf(entry.timestamp)}"\n`
    for (const { account, amountWei, event, logIndex } of entry.postings) {
      yield `  ${account}  ${decimalOpen(amountWei)} OPEN\n    event: "${event}"\n    log: ${logIndex}\n`
    }
  }
  yield `\n; What the contracts hold after block ${head.number}, exactly.\n`
  for (const { account, amountWei, source } of balances)
    yield `${dayOf(head.timestamp + DAY)} balance ${account}  ${decimalOpen(amountWei)} ~ 0 OPEN ; ${source}\n`
}
