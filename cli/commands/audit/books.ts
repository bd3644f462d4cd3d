import { createWriteStream, renameSync, rmSync } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Command, Option } from 'commander'
import { beancountOf } from '../../../auditor/books/beancount.ts'
import { csvOf } from '../../../auditor/books/csv.ts'
import type { Books } from '../../../auditor/books/entry.ts'
import { hledgerOf } from '../../../auditor/books/hledger.ts'
import { readBooks } from '../../../auditor/books/readBooks.ts'
import { action, commandOf, reading } from '../../command.ts'
import { placeOf } from './place.ts'

const formats: Readonly<Record<string, (books: Books) => Iterable<string>>> = {
  beancount: beancountOf,
  hledger: hledgerOf,
  csv: csvOf,
}

interface Options {
  readonly format: string
  readonly out: string
}

export function booksCommand(): Command {
  const format = new Option('--format <format>', 'the program that is to read them').choices(Object.keys(formats))
  return reading(
    commandOf(
      'books',
      `write the history in double entry: one entry a transaction that moves OPEN, its postings made from events whose receipts and
journals were checked. Ends with what the contracts hold, as assertions that bean-check and hledger check.`,
    ),
  )
    .addOption(format.makeOptionMandatory())
    .requiredOption('--out <file>', 'where to write them')
    .action(
      action<[], Options>(async (context, options) => {
        const { node, deployment } = await placeOf(context)
        const { connection, signal, terminal } = context
        const head = await node.latest()
        const books = await readBooks({ node, deployment, connection: await connection(), head, signal })
        const write = formats[options.format] as (typeof formats)[string]
        // Whole or not at all: what was there stays until the new books are complete.
        const partial = `${options.out}.part`
        try {
          await pipeline(Readable.from(write(books)), createWriteStream(partial))
          renameSync(partial, options.out)
        } finally {
          rmSync(partial, { force: true })
        }
        const said = {
          file: options.out,
          block: head.number,
          entries: books.entries.length,
          balances: books.balances.length,
        }
        terminal.result(said, [
          `Wrote ${said.entries} entries and ${said.balances} balances, up to block ${head.number}, to ${options.out}.`,
        ])
      }),
    )
}
