import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { beancountOf } from '../../auditor/books/beancount.ts'
import { csvOf } from '../../auditor/books/csv.ts'
import { type Books, decimalOpen } from '../../auditor/books/entry.ts'
import { hledgerOf } from '../../auditor/books/hledger.ts'
import { type LocalLedger, startLocalLedger } from '../support/localLedger.ts'
import { isInstalled } from '../support/programs.ts'
import { randomOf } from '../support/random.ts'
import { beginScenario, tellOfABook } from '../support/scenario.ts'
import { type Accountant, faultsFound } from './accountants.ts'
import { booksOf } from './readings.ts'

const journals: Readonly<Record<Accountant, (books: Books) => Iterable<string>>> = {
  beancount: beancountOf,
  hledger: hledgerOf,
}
const accountants = (Object.keys(journals) as Accountant[]).filter(isInstalled)

/** `npm run test:audit` keeps the books of more of them. */
const SEEDS = [20_261_130, 16, 7, 23, 42, 99].slice(0, Number(process.env.AUDIT_BOOKS ?? 1))

describe.each(SEEDS)('the books of the random history %i', (seed) => {
  let ledger: LocalLedger
  let books: Books
  const faultsIn = async (accountant: Accountant, kept: Books): Promise<string> => {
    const file = join(ledger.folder, `books.${accountant}`)
    writeFileSync(file, [...journals[accountant](kept)].join(''))
    return await faultsFound(accountant, file)
  }

  beforeAll(async () => {
    ledger = await startLocalLedger(4, { keepsHistory: false })
    const scenario = await beginScenario(ledger, seed)
    await tellOfABook(scenario)
    await scenario.play(80)
    books = await booksOf(ledger)
  })
  afterAll(() => ledger?.stop())

  it('balance in every entry', () => {
    expect(books.entries.length).toBeGreaterThan(40)
    for (const { transactionHash, postings } of books.entries) {
      const sum = postings.reduce((total, { amountWei }) => total + amountWei, 0n)
      expect({ transactionHash, sum }).toEqual({ transactionHash, sum: 0n })
    }
  })

  it('end with what the contracts hold', () => {
    const totals = totalsOf(books)
    const held = books.balances.map(({ account, amountWei }) => [account, amountWei])
    expect(books.balances.map(({ account }) => [account, totals.get(account) ?? 0n])).toEqual(held)
    expect(totals.get('Equity:Unexplained')).toBeUndefined()
    for (const name of ['Channels', 'Books', 'Earnings', 'Bonds', 'JointUnits'])
      expect(held.some(([account]) => `${account}`.startsWith(`Liabilities:${name}:`))).toBe(true)
  })

  it.each(accountants)('are accepted by %s', async (accountant) => {
    expect(await faultsIn(accountant, books)).toBe('')
  })

  it.each(accountants)('are refused by %s with a posting of one gwei more', async (accountant) => {
    const random = randomOf(seed)
    const wrong = random.below(books.entries.length)
    const entries = books.entries.map((entry, at) => {
      if (at !== wrong) return entry
      const posting = random.below(entry.postings.length)
      const postings = entry.postings.map((one, i) =>
        i === posting ? { ...one, amountWei: one.amountWei + 1_000_000_000n } : one,
      )
      return { ...entry, postings }
    })
    expect(await faultsIn(accountant, { ...books, entries })).toMatch(/balance/i)
  })

  it.each(accountants)('are refused by %s without one of its entries', async (accountant) => {
    const wrong = randomOf(seed).below(books.entries.length)
    const entries = books.entries.filter((_, at) => at !== wrong)
    expect(await faultsIn(accountant, { ...books, entries })).toMatch(/balance/i)
  })

  it('are the same postings as CSV', () => {
    const [head, ...lines] = [...csvOf(books)].join('').trimEnd().split('\n')
    expect(head).toBe('time,block,transaction,log,event,account,amount,commodity')
    const postings = books.entries.flatMap((entry) => entry.postings.map((posting) => ({ ...entry, ...posting })))
    expect(lines.map((line) => line.split(',').slice(1))).toEqual(
      postings.map(({ block, transactionHash, logIndex, event, account, amountWei }) =>
        [block, transactionHash, logIndex, event, account, decimalOpen(amountWei), 'OPEN'].map(String),
      ),
    )
  })
})

/** What every account holds in the end, its parts included. */
function totalsOf({ entries }: Books): ReadonlyMap<string, bigint> {
  const totals = new Map<string, bigint>()
  for (const { account, amountWei } of entries.flatMap(({ postings }) => postings)) {
    const parts = account.split(':')
    for (let end = 2; end <= parts.length; end++) {
      const name = parts.slice(0, end).join(':')
      totals.set(name, (totals.get(name) ?? 0n) + amountWei)
    }
  }
  return totals
}
