import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createTestClient, type Hex, hexToBytes, http, type LocalAccount, toHex } from 'viem'
import { keccak } from '../../attribution/keccak.ts'
import { rootOf } from '../../attribution/merkle.ts'
import { ensureAccount } from '../../pipeline/publish/account.ts'
import { putBlob } from '../../pipeline/publish/blobs.ts'
import { depositBond } from '../../pipeline/serve/bond.ts'
import { bondOfAccount, bondOfModel } from '../../sdk/bond.ts'
import { contributionId, itemsTree } from '../../sdk/contribution.ts'
import { encodeRecords, type InferenceRecord, type RecordTerms } from '../../sdk/record.ts'
import { act, eventIn, transact } from '../../sdk/transact.ts'
import { WEI_PER_GWEI } from '../../sdk/units.ts'
import { type LocalLedger, startLocalLedger } from '../scripts/localLedger.ts'
import type { Draw } from './draw.ts'

/** A chain with contributors whose data was accepted, an operator and payers with money, and a watcher with a bond. */
export interface Stage {
  readonly ledger: LocalLedger
  /** Content-addressed files that anybody can fetch: indexes by hash, items by root. */
  readonly blobs: string
  readonly contributions: readonly Contributed[]
  /** Accepted, in the order in which the versions know them. */
  readonly version: bigint
  /** Accepted after that version froze, withdrawn before it did. */
  readonly tooLate: Contributed
  readonly withdrawn: Contributed
  readonly operator: number
  readonly payers: readonly number[]
  readonly watcher: LocalAccount
  readonly griefer: LocalAccount
  register(model: ModelToRegister): Promise<number>
  record(model: number, terms: RecordTerms, records: readonly InferenceRecord[]): Promise<bigint>
  /** The last block before anybody served, lied or watched. */
  readonly setAt: bigint
  /** Mines blocks as time passes, as a chain with other users does; until it is called back. */
  keepMining(): () => void
  stop(): Promise<void>
}

export interface Contributed {
  readonly name: Hex
  readonly contributor: number
  readonly items: readonly Hex[]
}

export interface ModelToRegister {
  readonly root: Hex
  readonly indexHash: Hex
  readonly rowCount: number
  readonly dims: number
  readonly topK: number
}

const CONTRIBUTORS = 12
export const FEE_GWEI = 20_000_000n
const PLENTY_GWEI = 1_000_000_000_000_000n

export async function setStage(itemsEach: number, draw: Draw): Promise<Stage> {
  const ledger = await startLocalLedger(CONTRIBUTORS + 4)
  const { connection, cast, walletOf, folder } = ledger
  const { reader, contracts } = connection
  const blobs = join(folder, 'blobs')
  mkdirSync(blobs)
  const [watcher, griefer, late, gone, ...contributors] = cast.contributors as readonly [
    LocalAccount,
    LocalAccount,
    LocalAccount,
    LocalAccount,
    ...LocalAccount[],
  ]
  const curator = walletOf(cast.curator)
  const owner = walletOf(cast.owner)
  const deployer = walletOf(cast.deployer)

  const terms = { licence: 'CC0-1.0', termsHash: draw.hash(), metadataHash: draw.hash(), metadataURI: 'ipfs://card' }
  const registered = await transact(reader, curator, act(contracts.datasets, 'register', [terms]))
  const { dataset } = eventIn(registered, contracts.datasets, 'DatasetRegistered')

  const contribute = async (account: LocalAccount): Promise<Contributed> => {
    const wallet = walletOf(account)
    const contributor = await ensureAccount(connection, wallet)
    const items = Array.from({ length: itemsEach }, () => draw.hash())
    const root = rootOf(itemsTree(items))
    writeFileSync(join(blobs, root), Buffer.concat(items.map((item) => hexToBytes(item))))
    await transact(reader, wallet, act(contracts.datasets, 'contribute', [dataset, root, items.length]))
    return { name: contributionId(dataset, contributor, root, items.length), contributor, items }
  }
  const accept = (names: readonly Hex[]) => transact(reader, curator, act(contracts.datasets, 'accept', [names]))
  const contributions: Contributed[] = []
  for (const contributor of contributors) contributions.push(await contribute(contributor))
  const withdrawn = await contribute(gone)
  await accept([...contributions, withdrawn].map(({ name }) => name))
  await transact(reader, walletOf(gone), act(contracts.datasets, 'withdrawConsent', [withdrawn.name]))
  const frozen = await transact(reader, curator, act(contracts.datasets, 'freeze', [dataset]))
  const { version } = eventIn(frozen, contracts.datasets, 'VersionFrozen')
  const tooLate = await contribute(late)
  await accept([tooLate.name])

  await ensureAccount(connection, owner)
  const operator = await ensureAccount(connection, walletOf(cast.operator))
  await depositBond(connection, deployer, bondOfAccount(operator), PLENTY_GWEI)
  for (const challenger of [watcher, griefer]) {
    const account = await ensureAccount(connection, walletOf(challenger))
    await depositBond(connection, deployer, bondOfAccount(account), PLENTY_GWEI)
  }
  const payers: number[] = []
  for (const payer of cast.payers) {
    const wallet = walletOf(payer)
    payers.push(await ensureAccount(connection, wallet))
    const wei = PLENTY_GWEI * WEI_PER_GWEI
    await transact(reader, deployer, act(contracts.openToken, 'transfer', [payer.address, wei]))
    await transact(reader, wallet, act(contracts.openToken, 'approve', [contracts.ledger.address, wei]))
    await transact(reader, wallet, act(contracts.ledger, 'fundTab', [operator, PLENTY_GWEI, FEE_GWEI]))
  }
  const base = { name: 'base', licence: 'MIT', weightsHash: draw.hash(), weightsURI: 'npm base', royaltyBps: 300 }
  const based = await transact(
    reader,
    walletOf(cast.baseOwner),
    act(contracts.accounts, 'open', [cast.baseOwner.address]),
  )
  eventIn(based, contracts.accounts, 'AccountOpened')
  const rooted = await transact(reader, walletOf(cast.baseOwner), act(contracts.models, 'registerBase', [base]))
  const parent = eventIn(rooted, contracts.models, 'BaseModelRegistered').model

  const register = async (model: ModelToRegister): Promise<number> => {
    const fineTune = {
      parent,
      versions: [version],
      adapterHash: draw.hash(),
      manifestHash: draw.hash(),
      manifestURI: 'ipfs://run',
      method: 2,
      quantisation: { scheme: 'nf4', bits: 4, doubleQuant: true },
      influence: { ...model, indexURI: `http://127.0.0.1:9/blobs/${model.indexHash}`, source: 0 },
      shares: { contributorBps: 6_000, operatorBps: 1_500, royaltyBps: 0 },
      rule: 0,
    }
    const receipt = await transact(reader, owner, act(contracts.models, 'registerFineTune', [fineTune]))
    const { model: number } = eventIn(receipt, contracts.models, 'FineTuneRegistered')
    await transact(reader, owner, act(contracts.models, 'setOperator', [number, operator, true]))
    await depositBond(connection, deployer, bondOfModel(number), PLENTY_GWEI / 1_000n)
    return number
  }

  const record = async (
    model: number,
    recordTerms: RecordTerms,
    records: readonly InferenceRecord[],
  ): Promise<bigint> => {
    const bytes = toHex(encodeRecords(records, recordTerms))
    const receipt = await transact(
      reader,
      walletOf(cast.operator),
      act(contracts.ledger, 'recordBatch', [model, bytes]),
    )
    return eventIn(receipt, contracts.ledger, 'BatchRecorded').batch
  }

  const miner = createTestClient({ mode: 'anvil', chain: reader.chain, transport: http(ledger.rpcUrl) })
  return {
    ledger,
    blobs,
    contributions,
    version,
    tooLate,
    withdrawn,
    operator,
    payers,
    watcher,
    griefer,
    register,
    record,
    setAt: await reader.getBlockNumber(),
    keepMining: () => {
      const timer = setInterval(() => void miner.mine({ blocks: 1 }).catch(() => undefined), 100)
      return () => clearInterval(timer)
    },
    stop: ledger.stop,
  }
}

/** Publishes a file under its hash. */
export function publish({ blobs }: Stage, file: Uint8Array): Hex {
  return putBlob(blobs, file)
}

export function hashOf(file: Uint8Array): Hex {
  return keccak(file)
}
