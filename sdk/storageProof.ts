// Storage by proof: what a contract holds just after a block, out of any node's `eth_getProof` (EIP-1186), believing the node in
// nothing. Anyone who trusts a block's hash has its stateRoot by `blockHeader.ts`, and from there on every step is a hash:
//
//   stateRoot    ─ keccak256(address) → rlp([nonce, balance, storageHash, codeHash])
//   storageHash  ─ keccak256(slot)    → rlp(value)
//
// That nothing is stored is proven as well: the way ends where the key would have to go on. An empty slot holds zero, and an
// account that is not there holds zero in every slot. Yellow Paper, appendix D; `merklePatricia.ts` walks the tries.
//
// A wallet that shows its user a record, an earning or a journal of this ledger
//   1. takes a block hash that it trusts: of its own light client, of an L1 bridge, or of several nodes that agree;
//   2. asks any node for that block's header and holds it to the hash: `trustedBlock`;
//   3. asks the indexer's GraphQL for the fact and the slot beside it: `Inference.proof`, `Batch.commitment`, `Bond.storage`,
//      `Account.earnings`, `Journal.storage`;
//   4. asks any node for eth_getProof(contract, [slot], block) and gives the answer to `proveStorage`;
//   5. compares: a journal with its head and count, a record by `provenRecord.ts` down to its bytes.

import { type Address, type Hex, hexToBytes, numberToHex } from 'viem'
import { bytes32 } from '../attribution/bytes32.ts'
import { keccakBytes } from '../attribution/keccak.ts'
import { StopError } from './errors.ts'
import { EMPTY_TRIE, itemsOf, provenValue } from './merklePatricia.ts'

/** An answer to `eth_getProof`, as viem's `getProof` parses it too; what else nodes tell stands in the proofs. */
export interface StorageProof {
  /** Nodes of the state's trie, from its root to the account. */
  readonly accountProof: readonly Hex[]
  readonly storageHash: Hex
  /** In the order in which the slots were asked for. */
  readonly storageProof: readonly {
    readonly value: bigint
    /** Nodes of the account's own trie, from its root to the slot. */
    readonly proof: readonly Hex[]
  }[]
}

/** An account as the state's trie holds it. */
export interface ProvenAccount {
  readonly nonce: bigint
  readonly balance: bigint
  readonly storageHash: Hex
  readonly codeHash: Hex
}

export interface ProvenStorage {
  /** Undefined where it is proven that there is no such account. */
  readonly account: ProvenAccount | undefined
  /** 32 bytes each, in the order of the slots. */
  readonly values: readonly Hex[]
}

/** A proof does not hold, or shows something else than what the node says beside it. */
export class FalseProof extends StopError {
  /** What was wrong, and of which account. */
  declare readonly facts: Readonly<Record<string, string | bigint>> & { readonly address: Address }

  constructor(what: string, facts: FalseProof['facts']) {
    super(what, facts, 'Ask another node, for the very block whose stateRoot this is.')
  }
}

const ZERO: Hex = `0x${'00'.repeat(32)}`
const WORD_DIGITS = ZERO.length

/**
 * What the account at `address` and these of its slots hold, by the state that `stateRoot` commits to. Throws `FalseProof` where
 * the proof does not lead there, or leads to something else than the node says.
 */
export function proveStorage(
  stateRoot: Hex,
  address: Address,
  slots: readonly Hex[],
  { accountProof, storageHash, storageProof }: StorageProof,
): ProvenStorage {
  const account = provenAccount(stateRoot, address, accountProof)
  const root = account?.storageHash ?? EMPTY_TRIE
  // Nodes write the storage root of an account that is not there as zero or as that of an empty trie.
  const isTold = lower(storageHash) === root || (account === undefined && storageHash === ZERO)
  if (!isTold) {
    throw new FalseProof('The storage root of an account is not the one that is proven', {
      address,
      told: storageHash,
      proven: root,
    })
  }
  if (storageProof.length !== slots.length) {
    throw new FalseProof('The proof is of more or fewer slots than asked for', {
      address,
      asked: BigInt(slots.length),
      given: BigInt(storageProof.length),
    })
  }
  const values = storageProof.map(({ value, proof }, i) => {
    const slot = slots[i] as Hex
    const proven = provenSlot(root, address, slot, proof)
    if (proven === value) return numberToHex(proven, { size: 32 })
    throw new FalseProof('A slot holds something else than the node says', {
      address,
      slot,
      told: numberToHex(value),
      proven: numberToHex(proven),
    })
  })
  return { account, values }
}

function provenAccount(stateRoot: Hex, address: Address, proof: readonly Hex[]): ProvenAccount | undefined {
  const found = provenValue(lower(stateRoot), keccakBytes(hexToBytes(address)), proof)
  if (found.kind === 'broken') {
    throw new FalseProof('The proof of an account does not lead to the state of the block', {
      address,
      stateRoot,
      ...found.at,
    })
  }
  if (found.value === undefined) return undefined
  const fields = itemsOf(found.value)
  if (!Array.isArray(fields)) throw notAnAccount(address)
  const [nonce, balance, storageHash, codeHash] = fields
  if (!isText(nonce) || !isText(balance) || !isText(storageHash) || !isText(codeHash)) throw notAnAccount(address)
  return { nonce: scalar(nonce), balance: scalar(balance), storageHash, codeHash }
}

function provenSlot(root: Hex, address: Address, slot: Hex, proof: readonly Hex[]): bigint {
  const found = provenValue(root, keccakBytes(bytes32(slot)), proof)
  if (found.kind === 'broken') {
    throw new FalseProof('The proof of a slot does not lead to the storage of its contract', {
      address,
      slot,
      storageHash: root,
      ...found.at,
    })
  }
  if (found.value === undefined) return 0n
  const value = itemsOf(found.value)
  if (isText(value) && value.length <= WORD_DIGITS) return scalar(value)
  // A node can make up a block with a state of any content.
  throw new FalseProof('A slot is proven to hold what no slot can hold', { address, slot })
}

/** A chain that keeps accounts in a way of its own. */
function notAnAccount(address: Address): FalseProof {
  return new FalseProof('What is proven to be at an address is no account', { address })
}

function isText(item: unknown): item is Hex {
  return typeof item === 'string'
}

function lower(hash: Hex): Hex {
  return hash.toLowerCase() as Hex
}

function scalar(bytes: Hex): bigint {
  return bytes === '0x' ? 0n : BigInt(bytes)
}
