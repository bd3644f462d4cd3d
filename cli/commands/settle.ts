import { type Command, InvalidArgumentError } from 'commander'
import type { ContractEventArgsFromTopics } from 'viem'
import { type BookKey, bookId, bookKeyOf } from '../../sdk/book.ts'
import { eventsIn } from '../../sdk/contractCall.ts'
import type { abis, Connection } from '../../sdk/contracts.ts'
import { StopError } from '../../sdk/errors.ts'
import { openModel } from '../../sdk/openModel.ts'
import { operatorsOf } from '../../sdk/pendingPay.ts'
import { USUAL_LIMITS } from '../../sdk/settlement.ts'
import { unsettledBooks } from '../../sdk/settling.ts'
import { formatOpen } from '../../sdk/units.ts'
import { carryOut, minedOf } from '../carryOut.ts'
import { chainTime, spokenTime } from '../chainTime.ts'
import { action, commandOf, sendingCommand } from '../command.ts'
import type { Context } from '../context.ts'
import { id, wholeNumber } from '../values.ts'
import { countOf } from '../words.ts'
import { bookName, settlingPages } from './settle/pages.ts'

interface Options {
  readonly model?: number
  readonly batches: number
  readonly units: number
}

export function settleCommand(): Command {
  return sendingCommand(
    commandOf(
      'settle',
      'settle a book, or all that are due: everybody in it is credited; anyone may send it, and pays the gas',
    ),
  )
    .argument('[book]', 'model/operator/number, such as 2/5/1 (default: all that are due)', bookValue)
    .option('--model <number>', 'only books of this model', id)
    .option('--batches <number>', 'batches on a page at most', wholeNumber(1, 1_000), USUAL_LIMITS.batches)
    .option('--units <number>', 'units on a page at most', wholeNumber(1, 4_096), USUAL_LIMITS.units)
    .action(
      action<[BookKey | undefined], Options>(async (context, options, book) => {
        await settle(context, options, book)
      }),
    )
}

async function settle(context: Context, { model, batches, units }: Options, book: BookKey | undefined): Promise<void> {
  const connection = await context.connection()
  const receipts = await carryOut(context, {
    intent: `settle ${book === undefined ? 'what is due' : bookName(book)}${model === undefined ? '' : ` of model ${model}`}`,
    plan: async () => {
      const due = book === undefined ? await dueBooks(connection, model) : await requireDue(context, connection, book)
      if (due.length === 0) {
        if (book === undefined) context.terminal.result({ settled: [], sent: false }, ['No book is due.'])
        return undefined
      }
      const pages = []
      for (const [i, key] of due.entries()) {
        context.terminal.progress('Reading books', i, due.length)
        pages.push(
          ...(await settlingPages(connection, await openModel(connection, key.model), key, { batches, units })),
        )
      }
      context.terminal.progress('Reading books', due.length, due.length)
      return { spendsWei: 0n, transactions: pages }
    },
  })
  if (receipts === undefined) return
  const settled = eventsIn(receipts, connection.contracts.settlement, 'BookSettled').map(
    ({ book: number, ...paid }) => ({
      book: bookName(bookKeyOf(number)),
      ...paid,
    }),
  )
  context.terminal.result({ settled, transactions: minedOf(receipts) }, settled.map(lineOf))
}

type Settled = { readonly book: string } & Omit<
  ContractEventArgsFromTopics<typeof abis.settlement, 'BookSettled', true>,
  'book'
>

function lineOf({ book, contributorsGwei, operatorGwei, ownerGwei, royaltiesGwei, treasuryGwei }: Settled): string {
  const royalties = royaltiesGwei.reduce((sum, gwei) => sum + gwei, 0n)
  const [contributors, operator, owner, ancestors, treasury] = [
    ...[contributorsGwei, operatorGwei, ownerGwei, royalties, treasuryGwei],
  ].map(formatOpen)
  return `Book ${book} is settled: ${contributors} OPEN to contributors, ${operator} to the operator, ${owner} to the owner, ${ancestors} in royalties, ${treasury} to the treasury.`
}

async function requireDue(context: Context, connection: Connection, key: BookKey): Promise<readonly BookKey[]> {
  const { reader, contracts } = connection
  const { model, operator, number } = key
  const count = await reader.readContract({ ...contracts.ledger, functionName: 'bookCountOf', args: [model, operator] })
  if (number > count)
    throw new StopError(
      `There is no book ${bookName(key)}: operator ${operator} has ${countOf(count, 'book')} of model ${model}`,
      {},
      'Check model, operator and number; books are counted from 1.',
    )
  const state = await reader.readContract({ ...contracts.ledger, functionName: 'bookStateOf', args: [bookId(key)] })
  if (state.isSettled) {
    context.terminal.result({ settled: [], sent: false }, [`Book ${bookName(key)} is settled already.`])
    return []
  }
  const { now, dateOf } = await chainTime(connection)
  const windowEnd = state.closesAt + state.windowSeconds
  if (windowEnd <= now) return [key]
  throw new StopError(
    `Book ${bookName(key)} cannot be settled before ${spokenTime(dateOf(windowEnd))}`,
    {},
    'Until then its records can be struck.',
  )
}

async function dueBooks(connection: Connection, only: number | undefined): Promise<readonly BookKey[]> {
  const { reader, contracts, fromBlock } = connection
  const asked = { ...contracts.fineTunes, eventName: 'FineTuneRegistered', fromBlock, strict: true } as const
  const [registered, { now }] = await Promise.all([reader.getContractEvents(asked), chainTime(connection)])
  const models = registered.map(({ args }) => args.model).filter((model) => only === undefined || model === only)
  const due: BookKey[] = []
  for (const model of models) {
    for (const operator of await operatorsOf(connection, model)) {
      const books = await unsettledBooks(connection, model, operator)
      due.push(...books.flatMap(({ key, windowEnd }) => (windowEnd <= now ? [key] : [])))
    }
  }
  return due
}

function bookValue(text: string): BookKey {
  const [, model, operator, number] = /^(\d{1,10})\/(\d{1,10})\/(\d{1,10})$/.exec(text) ?? []
  if (model === undefined || operator === undefined || number === undefined)
    throw new InvalidArgumentError('A book is named by model, operator and number, such as 2/5/1.')
  return { model: id(model), operator: id(operator), number: id(number) }
}
