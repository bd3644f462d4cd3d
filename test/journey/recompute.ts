/**
 * The ledger's money, computed a second time from nothing but a node's logs: with ethers instead of viem, bigints instead of
 * the house's codecs, and the rules as docs/protocol.md and ILedger.sol state them. It shares no code with the house except
 * the ABIs.
 */
import { dataSlice, getBytes, Interface, type InterfaceAbi, type JsonRpcProvider, keccak256, toBigInt } from 'ethers'
import { datasetsAbi } from '../../deployments/abi/datasets.ts'
import { ledgerAbi } from '../../deployments/abi/ledger.ts'
import { modelsAbi } from '../../deployments/abi/models.ts'

export interface Addresses {
  readonly accounts: string
  readonly datasets: string
  readonly models: string
  readonly ledger: string
}

export interface AttributedRow {
  readonly row: number
  readonly account: number
  readonly weight: number
}

export interface RecordedInference {
  readonly model: number
  readonly payer: number
  readonly feeGwei: bigint
  readonly rows: readonly AttributedRow[]
  readonly sketch: Uint8Array
}

interface ModelTerms {
  readonly owner: number
  readonly dims: number
  readonly contributorBps: bigint
  readonly operatorBps: bigint
  readonly royalties: readonly { readonly account: number; readonly bps: bigint }[]
}

export interface Recomputed {
  readonly inferences: readonly RecordedInference[]
  /** Gwei credited to an account in an epoch, by `account/epoch`. */
  readonly creditedGwei: ReadonlyMap<string, bigint>
  readonly claimedGwei: ReadonlyMap<number, bigint>
  /** Gwei that stand in tabs, all payers and operators together. */
  readonly tabsGwei: bigint
  /** Gwei that stand in bonds. Nothing is struck here. */
  readonly bondsGwei: bigint
  readonly contributorOf: ReadonlyMap<string, number>
}

const BASIS_POINTS = 10_000n
const WEIGHT_SUM = 65_535n

async function eventsOf(provider: JsonRpcProvider, address: string, abi: InterfaceAbi) {
  const contract = new Interface(abi)
  const logs = await provider.getLogs({ address, fromBlock: 0, toBlock: 'latest' })
  return logs.flatMap((log) => {
    const event = contract.parseLog(log)
    return event ? [{ name: event.name, args: event.args }] : []
  })
}

function readRecords(records: string, model: number, dims: number): RecordedInference[] {
  const inferences: RecordedInference[] = []
  const end = getBytes(records).length
  let at = 0
  const take = (bytes: number): string => {
    const taken = dataSlice(records, at, at + bytes)
    at += bytes
    return taken
  }
  while (at < end) {
    take(32)
    const payer = Number(take(4))
    const feeGwei = toBigInt(take(8))
    const rowCount = Number(take(1))
    const rows = Array.from({ length: rowCount }, () => ({
      row: Number(take(4)),
      account: Number(take(4)),
      weight: Number(take(2)),
    }))
    inferences.push({ model, payer, feeGwei, rows, sketch: getBytes(take(dims / 2)) })
  }
  return inferences
}

/** Replays every event of the contracts that hold facts about money. */
export async function recompute(
  provider: JsonRpcProvider,
  addresses: Addresses,
  treasury: number,
): Promise<Recomputed> {
  const terms = new Map<number, ModelTerms>()
  for (const { name, args } of await eventsOf(provider, addresses.models, modelsAbi)) {
    if (name !== 'FineTuneRegistered') continue
    terms.set(Number(args.model), {
      owner: Number(args.owner),
      dims: Number(args.fineTune.influence.dims),
      contributorBps: BigInt(args.fineTune.shares.contributorBps),
      operatorBps: BigInt(args.fineTune.shares.operatorBps),
      royalties: [...args.royalties].map((royalty) => ({ account: Number(royalty.account), bps: BigInt(royalty.bps) })),
    })
  }

  const contributorOf = new Map<string, number>()
  for (const { name, args } of await eventsOf(provider, addresses.datasets, datasetsAbi)) {
    if (name === 'ContributionSubmitted') contributorOf.set(String(args.contribution), Number(args.contributor))
  }

  const inferences: RecordedInference[] = []
  const creditedGwei = new Map<string, bigint>()
  const claimedGwei = new Map<number, bigint>()
  let tabsGwei = 0n
  let bondsGwei = 0n
  for (const { name, args } of await eventsOf(provider, addresses.ledger, ledgerAbi)) {
    if (name === 'TabFunded') tabsGwei += BigInt(args.amountGwei)
    if (name === 'TabWithdrawn') tabsGwei -= BigInt(args.amountGwei)
    if (name === 'BondDeposited') bondsGwei += BigInt(args.amountGwei)
    if (name === 'BondWithdrawn') bondsGwei -= BigInt(args.amountGwei)
    if (name === 'RewardClaimed') {
      const account = Number(args.account)
      claimedGwei.set(account, (claimedGwei.get(account) ?? 0n) + BigInt(args.amountGwei))
    }
    if (name !== 'BatchRecorded') continue
    const model = Number(args.model)
    const modelTerms = terms.get(model)
    if (!modelTerms) throw new Error(`batch ${args.batch} names model ${model}, which no event registered`)
    const credit = (account: number, gwei: bigint): bigint => {
      const key = `${account}/${args.epoch}`
      creditedGwei.set(key, (creditedGwei.get(key) ?? 0n) + gwei)
      return gwei
    }
    for (const inference of readRecords(args.records, model, modelTerms.dims)) {
      inferences.push(inference)
      tabsGwei -= inference.feeGwei
      for (const { account, gwei } of sharesOf(
        inference,
        modelTerms,
        Number(args.operator),
        treasury,
        BigInt(args.treasuryBps),
      ))
        credit(account, gwei)
    }
  }
  return { inferences, creditedGwei, claimedGwei, tabsGwei, bondsGwei, contributorOf }
}

function sharesOf(
  inference: RecordedInference,
  terms: ModelTerms,
  operator: number,
  treasury: number,
  treasuryBps: bigint,
) {
  const partOf = (bps: bigint): bigint => (inference.feeGwei * bps) / BASIS_POINTS
  const pool = partOf(terms.contributorBps)
  const royaltyBps = terms.royalties.reduce((sum, royalty) => sum + royalty.bps, 0n)
  const ownerBps = BASIS_POINTS - terms.contributorBps - terms.operatorBps - royaltyBps - treasuryBps
  const shares = [
    ...inference.rows.map(({ account, weight }) => ({ account, gwei: (pool * BigInt(weight)) / WEIGHT_SUM })),
    { account: operator, gwei: partOf(terms.operatorBps) },
    ...terms.royalties.map(({ account, bps }) => ({ account, gwei: partOf(bps) })),
    { account: terms.owner, gwei: partOf(ownerBps) },
  ]
  const shared = shares.reduce((sum, share) => sum + share.gwei, 0n)
  return [...shares, { account: treasury, gwei: inference.feeGwei - shared }]
}

/** What an account could claim and what is pending in `epoch`, by the rule "credit of epoch e is pending until e+2 begins". */
export function earningsOf(
  recomputed: Recomputed,
  account: number,
  epoch: number,
): { maturedGwei: bigint; pendingGwei: bigint } {
  let maturedGwei = -(recomputed.claimedGwei.get(account) ?? 0n)
  let pendingGwei = 0n
  for (const [key, gwei] of recomputed.creditedGwei) {
    const [creditedTo, creditedIn] = key.split('/').map(Number)
    if (creditedTo !== account || creditedIn === undefined) continue
    if (creditedIn + 2 <= epoch) maturedGwei += gwei
    else pendingGwei += gwei
  }
  return { maturedGwei, pendingGwei }
}

export interface IndexEntry {
  readonly row: number
  readonly contribution: string
  readonly codes: readonly number[]
}

/** Reads an influence index file by docs/protocol.md, and checks that it is the one its name promises. */
export function readIndex(file: Uint8Array, name: string): { dims: number; entries: readonly IndexEntry[] } {
  if (keccak256(file) !== name) throw new Error(`the influence index ${name} hashes to ${keccak256(file)}`)
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  const dims = view.getUint32(8)
  const entryBytes = 72 + dims / 2
  const entries = Array.from({ length: view.getUint32(16) }, (_, entry) => {
    const at = 20 + entry * entryBytes
    return {
      row: view.getUint32(at),
      contribution: dataSlice(file, at + 8, at + 40),
      codes: codesOf(file.subarray(at + 72, at + entryBytes)),
    }
  })
  return { dims, entries }
}

export function codesOf(sketch: Uint8Array): number[] {
  const signed = (nibble: number): number => (nibble > 7 ? nibble - 16 : nibble)
  return [...sketch].flatMap((byte) => [signed(byte >> 4), signed(byte & 15)])
}

function floorSqrt(value: bigint): bigint {
  let root = 0n
  for (let bit = 1n << 40n; bit > 0n; bit >>= 1n) if ((root + bit) ** 2n <= value) root += bit
  return root
}

/** The rows and weights that docs/protocol.md gives a query, found by the plainest means. */
export function attribute(
  query: readonly number[],
  entries: readonly IndexEntry[],
  topK: number,
): { row: number; weight: number }[] {
  const scored = entries.map(({ row, codes }) => {
    let dot = 0
    let square = 0
    codes.forEach((code, dim) => {
      dot += code * (query[dim] ?? 0)
      square += code * code
    })
    const norm = floorSqrt(BigInt(square) << 32n)
    return { row, score: dot > 0 && norm > 0n ? (BigInt(dot) << 32n) / norm : 0n }
  })
  const top = scored
    .filter(({ score }) => score > 0n)
    .sort((a, b) => (a.score === b.score ? a.row - b.row : a.score > b.score ? -1 : 1))
    .slice(0, topK)
  const sum = top.reduce((total, { score }) => total + score, 0n)
  const weights = top.map(({ row, score }) => ({ row, weight: Number((WEIGHT_SUM * score) / sum) }))
  const given = weights.reduce((total, { weight }) => total + weight, 0)
  return weights.map(({ row, weight }, place) => ({ row, weight: place === 0 ? weight + 65_535 - given : weight }))
}
