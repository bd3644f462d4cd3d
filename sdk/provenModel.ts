// A model by proof: from the hash of a block that a wallet trusts to the terms and units that its books are paid by.
//
//   block hash ─ header → stateRoot ─ account proof → storage of Models → terms, address of the sheet
//   stateRoot  ─ account proof of the sheet → codeHash = keccak256(code) → addresses of its chunks → units, likewise
//
//   sheet   00 ‖ indexRoot 32 ‖ totalHash 32 ‖ 40 bytes ‖ versions 1 ‖ chunks 1 ‖ 2 bytes ‖ versions × 8 ‖ chunks × 32 ‖ …
//           (contracts/models/Sheets.sol)
//   sheet   … ‖ joints × (unit 2 ‖ first member 4 ‖ members 4)
//   chunk   00 ‖ members × (account 4 ‖ kept 2) ‖ units × (16 + k/2)

import { type Address, bytesToHex, type Hex, hexToBytes } from 'viem'
import { keccak } from '../attribution/keccak.ts'
import type { TrustedBlock } from './blockHeader.ts'
import type { Reader } from './chain.ts'
import { StopError } from './errors.ts'
import { modelIn, modelSlots, type StoredModel, strikeIn, strikeSlot, strikesSlot } from './ledgerStorage.ts'
import { decodeRegisteredUnits, type RegisteredUnit } from './registeredUnits.ts'
import { FalseProof, proveStorage, type StorageProof } from './storageProof.ts'

/** Any node, asked about one block. It is believed in nothing. */
export interface ProofSource {
  /** eth_getProof */
  readonly proof: (address: Address, slots: readonly Hex[]) => Promise<StorageProof>
  /** eth_getCode */
  readonly code: (address: Address) => Promise<Hex>
}

export interface ProvenModel extends StoredModel {
  readonly model: number
  /** Of the tree over the units' rows: what a row of the row index leads to. */
  readonly indexRoot: Hex
  readonly units: readonly RegisteredUnit[]
  /** Of joint units, by unit: whom its members pay, and by how many kept rows. */
  readonly members: ReadonlyMap<number, readonly ProvenMember[]>
  /** Units that were struck, and when. */
  readonly struck: ReadonlyMap<number, number>
}

export interface ProvenMember {
  readonly account: number
  readonly kept: number
}

const VERSIONS_AT = 103
const CHUNKS_AT = 104
const JOINTS_AT = 105
const FIXED_BYTES = 107
const CHUNK_BYTES = 32
const JOINT_BYTES = 10
const MEMBER_BYTES = 6

export function proofSource(
  reader: Pick<Reader, 'getProof' | 'getCode'>,
  { number: blockNumber }: TrustedBlock,
): ProofSource {
  return {
    proof: (address, slots) => reader.getProof({ address, storageKeys: [...slots], blockNumber }),
    code: async (address) => (await reader.getCode({ address, blockNumber })) ?? '0x',
  }
}

/** All that `models` held of a fine-tune when `block` was made. Throws where anything does not lead to the next. */
export async function proveModel(
  block: TrustedBlock,
  source: ProofSource,
  models: Address,
  model: number,
): Promise<ProvenModel> {
  const slots = [...modelSlots(model), strikesSlot(model)]
  const words = proveStorage(block.stateRoot, models, slots, await source.proof(models, slots)).values
  const [served, terms, strikes] = words as readonly [Hex, Hex, Hex]
  const stored = modelIn([served, terms])
  if (BigInt(stored.sheet) === 0n) {
    throw new StopError(
      `Model ${model} had no units in block ${block.number}`,
      { model, block: block.number },
      'Name a fine-tune that was registered by then.',
    )
  }
  const sheet = await proveCode(block, source, stored.sheet)
  const pages = await Promise.all(
    chunksOf(sheet).map(async ({ address, firstUnit, members }) => {
      const data = await proveCode(block, source, address)
      const split = MEMBER_BYTES * members
      return {
        firstUnit,
        contributions: new Uint8Array(),
        units: data.subarray(split),
        members: membersIn(data.subarray(0, split)),
      }
    }),
  )
  const { units } = decodeRegisteredUnits(pages, stored.dims)
  // Each unit is struck once: a larger number is no contract's, and would have millions of slots asked for.
  if (BigInt(strikes) > BigInt(units.length)) {
    throw new FalseProof('A model has more strikes than units', {
      address: models,
      slot: strikesSlot(model),
      told: `${BigInt(strikes)}`,
      proven: `${units.length} at most`,
    })
  }
  const struck = await proveStrikes(block, source, models, model, Number(BigInt(strikes)))
  const members = jointsOf(
    sheet,
    pages.flatMap((page) => page.members),
  )
  return { ...stored, model, indexRoot: bytesToHex(sheet.subarray(0, 32)), units, members, struck }
}

/** What a contract keeps as its code (contracts/libraries/CodeData.sol). */
async function proveCode({ stateRoot }: TrustedBlock, source: ProofSource, address: Address): Promise<Uint8Array> {
  const [proof, code] = await Promise.all([source.proof(address, []), source.code(address)])
  const { account } = proveStorage(stateRoot, address, [], proof)
  const bytes = hexToBytes(code)
  if (account?.codeHash === keccak(bytes)) return bytes.subarray(1)
  throw new FalseProof('The code of a contract is not the one that is proven', {
    address,
    proven: account?.codeHash ?? 'none',
  })
}

function chunksOf(sheet: Uint8Array) {
  const first = FIXED_BYTES + 8 * (sheet[VERSIONS_AT] as number)
  return Array.from({ length: sheet[CHUNKS_AT] as number }, (_, i) => {
    const chunk = sheet.subarray(first + CHUNK_BYTES * i, first + CHUNK_BYTES * (i + 1))
    const view = new DataView(chunk.buffer, chunk.byteOffset, CHUNK_BYTES)
    return { address: bytesToHex(chunk.subarray(0, 20)), firstUnit: view.getUint16(20), members: view.getUint32(28) }
  })
}

/** Members of each joint unit. Chunks hold them one after the other, in the order in which the sheet names them. */
function jointsOf(sheet: Uint8Array, members: readonly ProvenMember[]): ProvenModel['members'] {
  const first = FIXED_BYTES + 8 * (sheet[VERSIONS_AT] as number) + CHUNK_BYTES * (sheet[CHUNKS_AT] as number)
  const view = new DataView(sheet.buffer, sheet.byteOffset, sheet.byteLength)
  const joints = Array.from({ length: view.getUint16(JOINTS_AT) }, (_, i) => {
    const at = first + JOINT_BYTES * i
    const from = view.getUint32(at + 2)
    return [view.getUint16(at), members.slice(from, from + view.getUint32(at + 6))] as const
  })
  return new Map(joints)
}

function membersIn(bytes: Uint8Array): readonly ProvenMember[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Array.from({ length: bytes.length / MEMBER_BYTES }, (_, i) => ({
    account: view.getUint32(i * MEMBER_BYTES),
    kept: view.getUint16(i * MEMBER_BYTES + 4),
  }))
}

async function proveStrikes(
  { stateRoot }: TrustedBlock,
  source: ProofSource,
  models: Address,
  model: number,
  count: number,
): Promise<ReadonlyMap<number, number>> {
  if (count === 0) return new Map()
  const slots = Array.from({ length: count }, (_, i) => strikeSlot(model, i))
  const words = proveStorage(stateRoot, models, slots, await source.proof(models, slots)).values
  return new Map(words.map(strikeIn).map(({ unit, struckAt }) => [unit, struckAt]))
}
