/**
 * The ledger's money, computed a second time from nothing but a node's logs: with ethers instead of viem, bigints instead of
 * the house's codecs, and the rules as docs/protocol.md states them. It shares no code with the house except the ABIs.
 */
import { dataSlice, getBytes, type JsonRpcProvider } from 'ethers'
import { bondsAbi } from '../../deployments/abi/bonds.ts'
import { channelsAbi } from '../../deployments/abi/channels.ts'
import { earningsAbi } from '../../deployments/abi/earnings.ts'
import { fineTunesAbi } from '../../deployments/abi/fineTunes.ts'
import { ledgerAbi } from '../../deployments/abi/ledger.ts'
import { modelsAbi } from '../../deployments/abi/models.ts'
import { eventsOf, type Told } from './logs.ts'
import { dot, largest, toldUnits, type Unit } from './units.ts'

export interface Addresses {
  readonly models: string
  readonly fineTunes: string
  readonly channels: string
  readonly bonds: string
  readonly ledger: string
  readonly earnings: string
}

interface Terms {
  readonly model: number
  readonly owner: number
  readonly dims: number
  readonly contributorBps: bigint
  readonly operatorBps: bigint
  readonly baseBps: bigint
  readonly floorBps: bigint
  readonly feeUnitGwei: bigint
  readonly royalties: readonly { readonly account: number; readonly bps: bigint }[]
  readonly units: readonly Unit[]
}

/** A book's fees and the sum of its query sketches. */
interface Book {
  readonly terms: Terms
  readonly operator: number
  readonly treasuryBps: bigint
  readonly records: number
  readonly fees: bigint
  readonly query: readonly bigint[]
}

export interface Recomputed {
  readonly terms: ReadonlyMap<number, Terms>
  readonly inferences: number
  readonly feesGwei: bigint
  /** By account: of settled books, in every office, and drawn of joint units. */
  readonly earnedGwei: ReadonlyMap<number, bigint>
  readonly claimedGwei: ReadonlyMap<number, bigint>
  /** By `book/unit`. */
  readonly unitsGwei: ReadonlyMap<string, bigint>
  /** Gwei of joint units that nobody drew yet. */
  readonly jointGwei: bigint
  /** Gwei that stand in channels. */
  readonly channelsGwei: bigint
  /** Gwei that stand in bonds. Nothing is struck here. */
  readonly bondsGwei: bigint
}

const WHOLE = 10_000n

/** Replays every event of the contracts that hold facts about money. All books are settled here. */
export async function recompute(
  provider: JsonRpcProvider,
  addresses: Addresses,
  treasury: number,
): Promise<Recomputed> {
  const read = (name: keyof Addresses, abi: readonly object[]) => eventsOf(provider, addresses[name], abi as [])
  const terms = termsOf(await read('models', modelsAbi), await read('fineTunes', fineTunesAbi))
  const books = booksOf(await read('ledger', ledgerAbi), terms)

  const earned = new Map<number, bigint>()
  const add = (to: Map<number, bigint>, account: number, gwei: bigint) =>
    to.set(account, (to.get(account) ?? 0n) + gwei)
  const unitsGwei = new Map<string, bigint>()
  let jointGwei = 0n
  for (const [id, book] of books) {
    const paid = payOf(book)
    book.terms.units.forEach(({ payee }, unit) => {
      const gwei = paid.units[unit] as bigint
      unitsGwei.set(`${id}/${unit}`, gwei)
      if (payee === 0) jointGwei += gwei
      else add(earned, payee, gwei)
    })
    for (const { account, gwei } of paid.others) add(earned, account, gwei)
    add(earned, treasury, paid.left)
  }

  const claimed = new Map<number, bigint>()
  for (const { name, args } of await read('earnings', earningsAbi)) {
    if (name === 'RewardClaimed') add(claimed, Number(args.account), BigInt(args.amountGwei))
    if (name === 'RewardsClaimed') for (const { account, gwei } of manyClaims(args.claims)) add(claimed, account, gwei)
    if (name !== 'JointDrawn') continue
    jointGwei -= BigInt(args.amountGwei)
    add(earned, Number(args.account), BigInt(args.amountGwei))
  }
  const feesGwei = [...books.values()].reduce((sum, { fees, terms: own }) => sum + fees * own.feeUnitGwei, 0n)
  const channels = await read('channels', channelsAbi)
  const bonds = await read('bonds', bondsAbi)
  return {
    terms,
    inferences: [...books.values()].reduce((sum, { records }) => sum + records, 0),
    feesGwei,
    earnedGwei: earned,
    claimedGwei: claimed,
    unitsGwei,
    jointGwei,
    channelsGwei: total(channels, 'ChannelFunded') - total(channels, 'ChannelWithdrawn') - feesGwei,
    bondsGwei: total(bonds, 'BondDeposited') - total(bonds, 'BondWithdrawn'),
  }
}

function termsOf(models: readonly Told[], fineTunes: readonly Told[]): ReadonlyMap<number, Terms> {
  const entered = models.filter(({ name }) => name === 'FineTuneEntered')
  return new Map(
    entered.map(({ args }) => {
      const [model, dims] = [Number(args.model), Number(args.terms.dims)]
      const { shares, pay } = args.terms
      const terms: Terms = {
        model,
        owner: Number(args.owner),
        dims,
        contributorBps: BigInt(shares.contributorBps),
        operatorBps: BigInt(shares.operatorBps),
        baseBps: BigInt(pay.baseBps),
        floorBps: BigInt(pay.floorBps),
        feeUnitGwei: BigInt(pay.feeUnitGwei),
        royalties: [...args.royalties].map(({ account, bps }) => ({ account: Number(account), bps: BigInt(bps) })),
        units: toldUnits(fineTunes, model, dims),
      }
      return [model, terms]
    }),
  )
}

function booksOf(events: readonly Told[], terms: ReadonlyMap<number, Terms>): ReadonlyMap<string, Book> {
  const books = new Map<string, Book>()
  for (const { name, args } of events) {
    if (name === 'RecordVoided' || name === 'GivenToBook') throw new Error(`nothing is ${name} in a demo`)
    const id = BigInt(args.book ?? 0n)
    if (name === 'BookOpened') {
      const own = terms.get(Number(id >> 64n))
      if (own === undefined) throw new Error(`book ${id} is of a model that no event registered`)
      const query = new Array<bigint>(own.dims).fill(0n)
      const operator = Number((id >> 32n) & 0xffff_ffffn)
      books.set(`${id}`, { terms: own, operator, treasuryBps: BigInt(args.treasuryBps), records: 0, fees: 0n, query })
    }
    if (name !== 'BatchRecorded') continue
    const book = books.get(`${id}`)
    if (book === undefined) throw new Error(`batch ${args.batch} is in book ${id}, which no event opened`)
    books.set(`${id}`, withBatch(book, args.records))
  }
  return books
}

function withBatch(book: Book, records: string): Book {
  const { dims } = book.terms
  const bytes = getBytes(records)
  const size = 35 + dims / 8
  let { fees } = book
  const query = [...book.query]
  for (let at = 0; at < bytes.length; at += size) {
    const fee = BigInt(((bytes[at + 1] as number) << 8) | (bytes[at + 2] as number))
    fees += fee
    for (let d = 0; d < dims; d++) {
      const isSet = ((bytes[at + 35 + (d >> 3)] as number) >> (7 - (d & 7))) & 1
      query[d] = (query[d] as bigint) + (isSet === 1 ? fee : -fee)
    }
  }
  return { ...book, records: book.records + bytes.length / size, fees, query }
}

/** docs/protocol.md, "Books and pay", of a book whose model is sketched and to which nothing was given. */
function payOf({ terms, operator, treasuryBps, fees, query }: Book) {
  const { units, royalties } = terms
  const f = fees * terms.feeUnitGwei
  const weights = units.map(({ scale, codes }) => {
    const product = dot(query, codes)
    return product > 0n ? scale * product : 0n
  })
  const net = sum(weights)
  const longest = largest(units.map(({ scale, codes }) => scale * scale * dot(codes, codes)))
  const floor = (terms.floorBps * fees * floorSqrt(BigInt(terms.dims) * longest)) / WHOLE
  const scale = net > floor ? net : floor
  const pool = (f * terms.contributorBps) / WHOLE
  const byRows = (pool * terms.baseBps) / WHOLE
  const rest = pool - byRows
  const byFixed = scale === 0n ? rest : (rest * (scale - net)) / scale
  const kept = sum(units.map((unit) => unit.kept))
  const fixed = sum(units.map((unit) => unit.fixed))
  const paid = units.map(
    (unit, u) =>
      (byRows * unit.kept) / kept +
      (scale === 0n ? 0n : (rest * (weights[u] as bigint)) / scale) +
      (fixed === 0n ? (byFixed * unit.kept) / kept : (byFixed * unit.fixed) / fixed),
  )
  const royaltyBps = sum(royalties.map(({ bps }) => bps))
  const ownerBps = WHOLE - terms.contributorBps - terms.operatorBps - royaltyBps - treasuryBps
  const others = [
    { account: operator, gwei: (f * terms.operatorBps) / WHOLE },
    ...royalties.map(({ account, bps }) => ({ account, gwei: (f * bps) / WHOLE })),
    { account: terms.owner, gwei: (f * ownerBps) / WHOLE },
  ]
  return { units: paid, others, left: f - sum(paid) - sum(others.map(({ gwei }) => gwei)) }
}

function manyClaims(claims: string): readonly { account: number; gwei: bigint }[] {
  return Array.from({ length: getBytes(claims).length / 32 }, (_, i) => ({
    account: Number(dataSlice(claims, 32 * i, 32 * i + 4)),
    gwei: BigInt(dataSlice(claims, 32 * i + 24, 32 * i + 32)),
  }))
}

function total(events: readonly Told[], wanted: string): bigint {
  return sum(events.flatMap(({ name, args }) => (name === wanted ? [BigInt(args.amountGwei)] : [])))
}

function sum(amounts: readonly bigint[]): bigint {
  return amounts.reduce((all, gwei) => all + gwei, 0n)
}

function floorSqrt(value: bigint): bigint {
  let root = 0n
  for (let bit = 1n << 60n; bit > 0n; bit >>= 1n) if ((root + bit) ** 2n <= value) root += bit
  return root
}
