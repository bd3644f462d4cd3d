import type { Address, Hex } from 'viem'
import { recordKey, rowKey } from '../../scripts/watch/chronicle.ts'
import type { Deeds } from './campaign.ts'
import type { Stage } from './stage.ts'

/** What the chain says became of every lie, and of everybody who did not lie. */
export interface Verdicts {
  readonly kinds: readonly KindVerdict[]
  /** Honest records, and how many of them were struck. */
  readonly honest: { readonly records: number; readonly struck: number }
  readonly honestModels: { readonly models: number; readonly stopped: number }
  /** Records of false indexes that list the struck row and stand, or do not and were struck. */
  readonly misjudged: readonly string[]
  /** Whether the row that was demanded of an honest model was shown. */
  readonly answered: boolean
  /** Transactions of the watcher that did nothing for the Court, failed ones included. */
  readonly wasted: readonly Hex[]
}

export interface KindVerdict {
  readonly of: 'record' | 'index'
  readonly kind: string
  readonly tried: number
  readonly struck: number
  /** Of the transaction that struck it; its announcement not included. */
  readonly gasMedian: number
}

export async function verdictsOf(stage: Stage, deeds: Deeds): Promise<Verdicts> {
  const { reader, contracts, fromBlock } = stage.ledger.connection
  const range = { fromBlock, strict: true } as const
  const logs = await reader.getContractEvents({ ...contracts.court, ...range })
  const gas = new Map<Hex, number>()
  for (const hash of new Set(logs.map(({ transactionHash }) => transactionHash))) {
    const receipt = await reader.getTransactionReceipt({ hash })
    gas.set(hash, Number(receipt.gasUsed))
  }
  const strikes = new Map<string, Hex[]>()
  const stops = new Map<number, Hex[]>()
  const struckRows = new Set<string>()
  const shown = new Set<string>()
  for (const { eventName, args, transactionHash } of logs) {
    if (eventName === 'RecordStruck') push(strikes, recordKey(args.batch, args.index), transactionHash)
    if (eventName === 'IndexStruck') push(stops, args.model, transactionHash)
    if (eventName === 'RowStruck') struckRows.add(rowKey(args.model, args.row))
    if (eventName === 'RowShown') shown.add(rowKey(args.model, args.row))
  }

  const misjudged = [...deeds.models].flatMap(([model, { records }]) =>
    [...records]
      .filter(([key, { rows }]) => strikes.has(key) !== rows.some(({ row }) => struckRows.has(rowKey(model, row))))
      .map(([key]) => key),
  )
  const wasted = (await sentBy(stage, stage.watcher.address)).filter((hash) => !gas.has(hash))
  const gasOf = (hashes: readonly (readonly Hex[] | undefined)[]) =>
    hashes.flatMap((found) => found?.map((hash) => gas.get(hash) ?? 0) ?? [])
  const tally = (
    of: KindVerdict['of'],
    found: readonly (readonly [string, readonly Hex[] | undefined])[],
  ): readonly KindVerdict[] =>
    [...new Set(found.map(([kind]) => kind))].map((kind) => {
      const hashes = found.filter(([other]) => other === kind).map(([, struck]) => struck)
      const struck = hashes.filter((one) => one?.length === 1).length
      return { of, kind, tried: hashes.length, struck, gasMedian: median(gasOf(hashes)) }
    })
  return {
    kinds: [
      ...tally(
        'record',
        [...deeds.records].map(([key, kind]) => [kind, strikes.get(key)] as const),
      ),
      ...tally(
        'index',
        [...deeds.models].map(([model, { kind }]) => [kind, stops.get(model)] as const),
      ),
    ],
    honest: { records: deeds.honest.size, struck: [...deeds.honest].filter((key) => strikes.has(key)).length },
    honestModels: {
      models: deeds.honestModels.size,
      stopped: [...deeds.honestModels].filter((model) => stops.has(model)).length,
    },
    misjudged,
    answered: shown.has(rowKey(deeds.demanded.model, deeds.demanded.row)),
    wasted,
  }
}

/** What somebody sent since the stage was set. */
async function sentBy({ ledger, setAt }: Stage, sender: Address): Promise<readonly Hex[]> {
  const { reader } = ledger.connection
  const sent: Hex[] = []
  const head = await reader.getBlockNumber()
  for (let blockNumber = setAt + 1n; blockNumber <= head; blockNumber++) {
    const { transactions } = await reader.getBlock({ blockNumber, includeTransactions: true })
    sent.push(...transactions.flatMap(({ from, hash }) => (from.toLowerCase() === sender.toLowerCase() ? [hash] : [])))
  }
  return sent
}

function push<Key>(into: Map<Key, Hex[]>, key: Key, hash: Hex): void {
  into.set(key, [...(into.get(key) ?? []), hash])
}

function median(values: readonly number[]): number {
  const ordered = [...values].sort((a, b) => a - b)
  return ordered[Math.floor(ordered.length / 2)] ?? 0
}

/** Whether every lie was struck, and nothing else was. */
export function isJust({ kinds, honest, honestModels, misjudged, answered, wasted }: Verdicts): boolean {
  const allStruck = kinds.every(({ tried, struck }) => tried === struck)
  return (
    allStruck &&
    honest.struck === 0 &&
    honestModels.stopped === 0 &&
    misjudged.length === 0 &&
    answered &&
    wasted.length === 0
  )
}
