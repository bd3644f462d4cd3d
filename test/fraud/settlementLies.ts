import type { OpenedBatch } from '../../sdk/batch.ts'
import { type ContractCall, callTo } from '../../sdk/contractCall.ts'
import { transact } from '../../sdk/node/transactions/transact.ts'
import { type BookPage, pageAt, type Reached, reachedBy, type SettlingBook, STAGES } from '../../sdk/settlement.ts'
import { settlingOf } from '../../sdk/settling.ts'
import { bookOf, type Context, type Operator } from './context.ts'
import { type Answered, type Deceits, tryDeceits } from './deceit.ts'
import type { Draw } from './draw.ts'

/** A book whose settlement has reached a place, and another one that is due. */
interface Settling {
  readonly context: Context
  readonly settling: SettlingBook
  readonly other: SettlingBook
  readonly reached: Reached
  readonly page: BookPage
}

const ONE_EACH = { batches: 1, units: 1 }

/** Every way to settle a book otherwise than its batches and units say. */
const lies: Readonly<
  Record<string, { readonly error: string; readonly tell: (at: Settling, draw: Draw) => Partial<BookPage> | undefined }>
> = {
  'a batch of another book': {
    error: 'Settlement_OtherBatch',
    tell: (at, draw) => shown(at, [draw.pick(at.other.batches)]),
  },
  'a batch out of order': {
    error: 'Settlement_OtherBatch',
    tell: (at, draw) => {
      const later = at.settling.batches.slice(at.reached.next + 1)
      return later.length === 0 ? undefined : shown(at, [draw.pick(later)])
    },
  },
  'a batch twice': {
    error: 'Settlement_OtherBatch',
    tell: (at) => {
      const [batch, next] = at.settling.batches.slice(at.reached.next)
      return batch === undefined || next === undefined ? undefined : shown(at, [batch, batch])
    },
  },
  'a batch with other fees': {
    error: 'Settlement_OtherBatch',
    tell: ({ page }, draw) => {
      const [batch] = page.batches
      if (batch === undefined) return undefined
      const header = { ...batch.header, units: batch.header.units + BigInt(1 + draw.below(1_000)) }
      return { batches: [{ ...batch, header }] }
    },
  },
  'another sum of queries': {
    error: 'Settlement_SumDiffers',
    tell: ({ page }, draw) => {
      const [batch] = page.batches
      if (batch === undefined) return undefined
      const at = 2 + draw.below(batch.sum.length - 2)
      const digit = batch.sum[at] === '0' ? '1' : '0'
      const sum = `${batch.sum.slice(0, at)}${digit}${batch.sum.slice(at + 1)}` as const
      return { batches: [{ ...batch, sum: sum as `0x${string}` }] }
    },
  },
  'a page ahead of the others': {
    error: 'Settlement_PageAhead',
    tell: ({ settling, page }) => {
      const next = reachedBy(settling, page)
      return next.stage === STAGES.settled ? undefined : pageAt(settling, next, ONE_EACH)
    },
  },
  'everything but the batches': {
    error: 'Settlement_PageAhead',
    tell: ({ settling, reached }) =>
      reached.stage === STAGES.summing ? pageAt(settling, { stage: STAGES.weighing, next: 0 }) : undefined,
  },
  'other fees so far': {
    error: 'Settlement_OtherProgress',
    tell: ({ page, reached }, draw) =>
      isFirst(reached)
        ? undefined
        : { progress: { ...page.progress, units: page.progress.units + BigInt(1 + draw.below(1_000)) } },
  },
  'less paid so far': {
    error: 'Settlement_OtherProgress',
    tell: ({ page, reached }) =>
      reached.stage !== STAGES.paying || page.progress.paidGwei === 0n
        ? undefined
        : { progress: { ...page.progress, paidGwei: 0n } },
  },
  'other weights so far': {
    error: 'Settlement_OtherProgress',
    tell: ({ page, reached }, draw) =>
      reached.stage === STAGES.summing
        ? undefined
        : { progress: { ...page.progress, net: page.progress.net + BigInt(1 + draw.below(1_000)) } },
  },
}

export const SETTLEMENT_LIES: readonly string[] = [...Object.keys(lies), 'a page again', 'a book before its time']

/** Before its window is over, a book is not settled at all. */
export const earlySettlement: Deceits = {
  'a book before its time': async (context) => {
    const { settling } = await openedBy(context, context.honest)
    const call = settleAct(context, pageAt(settling, { stage: STAGES.summing, next: 0 }))
    return { by: context.griefer.signer, call, error: 'Settlement_WindowOpen' }
  },
}

/** Settles an operator's book in the smallest pages, and tells every lie that fits before each, and each page again after it. */
export async function settleAmongLies(
  context: Context,
  operator: Operator,
  another: Operator,
  most: number,
): Promise<readonly Answered[]> {
  const { local, griefer, draw } = context
  const { reader } = local.connection
  const { settling } = await openedBy(context, operator)
  const { settling: other } = await openedBy(context, another)
  const answers: Answered[] = []
  let reached: Reached = { stage: STAGES.summing, next: 0 }
  while (reached.stage !== STAGES.settled) {
    const page = pageAt(settling, reached, ONE_EACH)
    const told = toldAt({ context, settling, other, reached, page }, draw)
    const fitting = Object.entries(told).filter(
      ([kind]) => answers.filter((answer) => answer.kind === kind).length < most,
    )
    answers.push(...(await tryDeceits(context, Object.fromEntries(fitting), 1)))
    await transact(reader, local.walletOf(griefer.signer), settleAct(context, page))
    answers.push(await again(context, page))
    reached = reachedBy(settling, page)
  }
  return answers
}

function toldAt(at: Settling, draw: Draw): Deceits {
  const { context, page } = at
  const told = Object.entries(lies).flatMap(([kind, { error, tell }]) => {
    const lie = tell(at, draw)
    if (lie === undefined) return []
    const deceit = {
      by: context.griefer.signer,
      call: settleAct(context, { ...page, ...lie }),
      error,
      honest: settleAct(context, page),
    }
    return [[kind, async () => deceit] as const]
  })
  return Object.fromEntries(told)
}

/** A page that was settled already is passed over: it is mined, and nobody is paid twice. */
async function again(context: Context, page: BookPage): Promise<Answered> {
  const { local, griefer } = context
  const before = await moved(context)
  await transact(local.connection.reader, local.walletOf(griefer.signer), settleAct(context, page))
  const said = (await moved(context)) === before ? 'no change' : 'a change'
  return { kind: 'a page again', expected: 'no change', said, saidToHonest: undefined }
}

/** How many events settling and paying have come to: none where nothing happened. */
async function moved({ local }: Context): Promise<string> {
  const { reader, contracts } = local.connection
  const [settlement, earnings] = await Promise.all([
    reader.readContract({ ...contracts.settlement, functionName: 'journal' }),
    reader.readContract({ ...contracts.earnings, functionName: 'journal' }),
  ])
  return `${settlement} ${earnings}`
}

async function openedBy(context: Context, operator: Operator): Promise<{ readonly settling: SettlingBook }> {
  const book = await bookOf(context, operator, 1)
  return { settling: await settlingOf(context.local.connection, context.opened, book) }
}

/** Where batches are not summed any more, nothing is made of those that a page shows. */
function shown({ settling, reached }: Settling, batches: readonly OpenedBatch[]): Partial<BookPage> | undefined {
  if (reached.stage !== STAGES.summing) return undefined
  const pages = batches.map((batch) => pageAt({ ...settling, batches: [batch] }, { stage: STAGES.summing, next: 0 }))
  return { batches: pages.flatMap((page) => page.batches) }
}

function isFirst({ stage, next }: Reached): boolean {
  return stage === STAGES.summing && next === 0
}

function settleAct({ local }: Context, page: BookPage): ContractCall {
  return callTo(local.connection.contracts.settlement, 'settle', [page])
}
