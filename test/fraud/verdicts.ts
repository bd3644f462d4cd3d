import { type Abi, type Address, decodeFunctionData, type Hex } from 'viem'
import { struckUnits } from '../../sdk/openModel.ts'
import { predictPay } from '../../sdk/predictPay.ts'
import { bookOf, type Context, type Operator } from './context.ts'
import { isRefused } from './deceit.ts'
import type { Deeds } from './deeds.ts'
import { UNRECORDED } from './recordLies.ts'

/** What the chain says became of every lie, and of everybody who did not lie. */
export interface Verdicts {
  readonly kinds: readonly KindVerdict[]
  /** Calls that were not refused as they should be, or whose honest twin was. */
  readonly strayed: readonly string[]
  readonly honestRecords: { readonly count: number; readonly voided: number }
  readonly honestModels: { readonly count: number; readonly struck: number }
  /** Demands that were made to honest people, and how many of them were answered. */
  readonly spite: { readonly count: number; readonly answered: number }
  /** What the watcher sent before anybody had lied. */
  readonly sentInPeace: number
  /** Functions that the watcher called in vain. */
  readonly wasted: readonly string[]
  /** Whether both books were paid as their batches and units say. */
  readonly isPaidExactly: boolean
}

export interface KindVerdict {
  readonly of: 'unit' | 'record' | 'call'
  readonly kind: string
  readonly told: number
  /** Struck, or refused. */
  readonly undone: number
}

export async function verdictsOf(context: Context, deeds: Deeds): Promise<Verdicts> {
  const { reader, contracts, fromBlock } = context.local.connection
  const { models, ledger, court, unitCourt } = contracts
  const range = { fromBlock, strict: true } as const
  const [strikes, voids, ofCourt, ofUnits] = await Promise.all([
    reader.getContractEvents({ ...models, eventName: 'UnitStruck', ...range }),
    reader.getContractEvents({ ...ledger, eventName: 'RecordVoided', ...range }),
    reader.getContractEvents({ ...court, ...range }),
    reader.getContractEvents({ ...unitCourt, ...range }),
  ])
  const struck = new Set(strikes.map(({ args }) => args.model))
  const voided = new Set(voids.map(({ args }) => `${args.batch}/${args.index}`))
  const broken: string[] = []
  const unrecorded: string[] = []
  let answered = 0
  for (const { eventName, args } of ofCourt) {
    if (eventName === 'ReceiptBroken') broken.push(args.recordHash)
    if (eventName === 'ReceiptUnrecorded') unrecorded.push(args.recordHash)
    if (eventName === 'RecordShown') answered++
  }
  for (const { eventName } of ofUnits) if (eventName === 'UnitAnswered' || eventName === 'ItemAnswered') answered++

  const units = [...deeds.models].map(([model, kind]) => ({ kind, isUndone: struck.has(model) }))
  const records = deeds.records.map(({ kind, recordHash }) => {
    const strikesOfIt = [...broken, ...unrecorded].filter((hash) => hash === recordHash)
    const fitting = UNRECORDED.has(kind) ? unrecorded : broken
    return { kind, isUndone: strikesOfIt.length === 1 && fitting.includes(recordHash) }
  })
  const calls = deeds.calls.map((answer) => ({ kind: answer.kind, isUndone: isRefused(answer) }))
  return {
    kinds: [...tally('unit', units), ...tally('record', records), ...tally('call', calls)],
    strayed: deeds.calls
      .filter((answer) => !isRefused(answer))
      .map(
        ({ kind, said, saidToHonest }) => `${kind}: ${said}${saidToHonest ? `, the honest one: ${saidToHonest}` : ''}`,
      ),
    honestRecords: {
      count: deeds.honestRecords.size,
      voided: [...deeds.honestRecords].filter((key) => voided.has(key)).length,
    },
    honestModels: {
      count: deeds.honestModels.size,
      struck: [...deeds.honestModels].filter((model) => struck.has(model)).length,
    },
    spite: { count: deeds.spite, answered },
    sentInPeace: deeds.sentInPeace,
    wasted: await failedOf(context, context.watcher.signer.address),
    isPaidExactly: (await Promise.all([context.honest, context.liar].map((one) => isPaid(context, one)))).every(
      Boolean,
    ),
  }
}

function tally(
  of: KindVerdict['of'],
  lies: readonly { readonly kind: string; readonly isUndone: boolean }[],
): readonly KindVerdict[] {
  return [...Map.groupBy(lies, ({ kind }) => kind)].map(([kind, told]) => {
    return { of, kind, told: told.length, undone: told.filter(({ isUndone }) => isUndone).length }
  })
}

/** Whether an operator's first book was paid as anybody can work it out. */
async function isPaid(context: Context, operator: Operator): Promise<boolean> {
  const { local, opened, model } = context
  const { reader, contracts, fromBlock } = local.connection
  const book = await bookOf(context, operator, 1)
  const struck = await struckUnits(local.connection, model.model, book.windowEnd)
  const pay = predictPay(opened.terms, opened.registered.units, struck, book)
  const filter = { eventName: 'BookSettled', args: { book: book.book }, fromBlock, strict: true } as const
  const settled = await reader.getContractEvents({ ...contracts.settlement, ...filter })
  const [only] = settled.map(({ args }) => args)
  return (
    settled.length === 1 &&
    only?.operatorGwei === pay.operator &&
    only.ownerGwei === pay.owner &&
    only.treasuryGwei === pay.treasury
  )
}

interface Sent {
  readonly hash: Hex
  readonly input: Hex
}

/** What somebody sent since the context was opened. */
export async function sentBy({ local, setAt }: Context, sender: Address): Promise<readonly Sent[]> {
  const { reader } = local.connection
  const sent: Sent[] = []
  const head = await reader.getBlockNumber()
  for (let blockNumber = setAt + 1n; blockNumber <= head; blockNumber++) {
    const { transactions } = await reader.getBlock({ blockNumber, includeTransactions: true })
    sent.push(...transactions.filter(({ from }) => from.toLowerCase() === sender.toLowerCase()))
  }
  return sent
}

/** What of it failed, by the function that was called. */
async function failedOf(context: Context, sender: Address): Promise<readonly string[]> {
  const { reader, contracts } = context.local.connection
  const abi = [...contracts.court.abi, ...contracts.unitCourt.abi, ...contracts.settlement.abi] as Abi
  const sent = await sentBy(context, sender)
  const failed = await Promise.all(
    sent.map(async ({ hash, input }) => {
      const { status } = await reader.getTransactionReceipt({ hash })
      return status === 'success' ? [] : [decodeFunctionData({ abi, data: input }).functionName]
    }),
  )
  return failed.flat()
}

/** Whether every lie was undone, and nobody else was touched. */
export function isJust(verdicts: Verdicts): boolean {
  const { kinds, honestRecords, honestModels, spite, sentInPeace, wasted, isPaidExactly } = verdicts
  return (
    kinds.every(({ told, undone }) => told > 0 && told === undone) &&
    honestRecords.voided === 0 &&
    honestModels.struck === 0 &&
    spite.answered === spite.count &&
    sentInPeace === 0 &&
    wasted.length === 0 &&
    isPaidExactly
  )
}
