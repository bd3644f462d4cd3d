// The calls that put a fault before the Court. Each but `voidStruckRow`, `closeDemand` and `showRow` is announced first and sent
// `COMMIT_BLOCKS` later; its salt follows from the signer's key and what the challenge is about, so that nothing has to be
// remembered in between: whoever comes back with the same key finds the same calldata, and the commitment on chain.

import { type Address, encodeAbiParameters, type Hex, keccak256, type LocalAccount, toHex } from 'viem'
import type { Contracts } from '../contracts.ts'
import type { RecordProof } from '../recordProof.ts'
import { type Act, act } from '../transact.ts'
import { type CommittedIndex, showEntries } from './committedIndex.ts'
import type { IndexFault } from './indexFaults.ts'
import type { RecordFault } from './recordFault.ts'

type Court = Contracts['court']

/** Blocks that must pass between announcing a proof and sending it. */
export const COMMIT_BLOCKS = 2n

/** `keccak256(abi.encode(sender, calldata))`: announces a call without telling it. */
export function commitmentOf(sender: Address, { data }: Act): Hex {
  return keccak256(encodeAbiParameters([{ type: 'address' }, { type: 'bytes' }], [sender, data]))
}

/** A salt that only the key's holder can tell, the same every time. */
export async function saltOf(signer: Pick<LocalAccount, 'sign'>, court: Address, subject: string): Promise<Hex> {
  if (signer.sign === undefined) throw new Error('A challenge is announced with a key that can sign')
  return keccak256(await signer.sign({ hash: keccak256(toHex(`challenge before ${court.toLowerCase()}: ${subject}`)) }))
}

export function commitAct(court: Court, commitment: Hex): Act {
  return act(court, 'commit', [commitment])
}

/** Strikes a record; a row that is false in the index itself is no fault of the record's. */
export function recordFaultAct(
  court: Court,
  salt: Hex,
  call: RecordProof,
  index: CommittedIndex,
  fault: Exclude<RecordFault, { kind: 'StruckRow' }>,
): Act {
  const shown = showEntries(index, fault.positions)
  switch (fault.kind) {
    case 'AbsentRow':
      return act(court, 'proveAbsentRow', [salt, call, fault.row, shown])
    case 'WrongAccount':
      return act(court, 'proveWrongAccount', [salt, call, shown])
    case 'OmittedRow':
      return act(court, 'proveOmittedRow', [salt, call, shown, BigInt(fault.omitted)])
    case 'WrongWeights':
      return act(court, 'proveWrongWeights', [salt, call, shown])
  }
}

/** Strikes an index, and voids records that list the row with it. */
export function indexFaultAct(
  court: Court,
  salt: Hex,
  model: number,
  index: CommittedIndex,
  fault: Exclude<IndexFault, { kind: 'WithheldRow' }>,
  calls: readonly RecordProof[],
): Act {
  return fault.kind === 'ForeignRow'
    ? act(court, 'proveForeignRow', [salt, model, showEntries(index, [fault.position]), calls])
    : act(court, 'proveConflictingRows', [salt, model, showEntries(index, fault.positions), calls])
}

export function voidStruckRowAct(court: Court, model: number, row: number, calls: readonly RecordProof[]): Act {
  return act(court, 'voidStruckRow', [model, row, calls])
}

export function demandRowAct(court: Court, salt: Hex, model: number, row: number): Act {
  return act(court, 'demandRow', [salt, model, row])
}

export function closeDemandAct(court: Court, model: number, row: number, calls: readonly RecordProof[]): Act {
  return act(court, 'closeDemand', [model, row, calls])
}

/** Shows a demanded row's entry and that its item was contributed, or the entry whose link passes it over. */
export function showRowAct(
  court: Court,
  model: number,
  row: number,
  index: CommittedIndex,
  position: number,
  itemsRoot: Hex,
  itemPath: readonly Hex[],
): Act {
  return act(court, 'showRow', [model, row, showEntries(index, [position]), itemsRoot, itemPath])
}
