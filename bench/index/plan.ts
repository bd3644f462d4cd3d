import { verifications } from '../../chain/verify/verification.ts'
import type { Run } from './backfills.ts'
import type { ChainKind } from './chains.ts'
import type { Door } from './databases.ts'
import { addRecords, prepareContext } from './records.ts'
import { addTransfers } from './transfers.ts'

/** What is measured, in full or quickly. */
export interface Plan {
  readonly transfers: ChainKind & { readonly facts: number }
  readonly sparse: ChainKind & { readonly facts: number }
  readonly records: ChainKind & { readonly facts: number }
  readonly factsAWindow: number
  readonly liveBlocks: number
  readonly rounds: number
}

const RECORDS = 200

export function planOf(quick: boolean, rounds: number): Plan {
  return quick
    ? {
        transfers: transferChain('transfers', 20_000, 175, 0),
        sparse: transferChain('sparse', 5_000, 100, 9),
        records: recordChain(50),
        factsAWindow: 2_000,
        liveBlocks: 5,
        rounds: 1,
      }
    : {
        transfers: transferChain('transfers', 200_000, 175, 0),
        sparse: transferChain('sparse', 50_000, 100, 9),
        records: recordChain(1_000),
        factsAWindow: 20_000,
        liveBlocks: 60,
        rounds,
      }
}

/** With the one in which the supply was minted. */
function transferChain(name: string, transfers: number, aBlock: number, emptyBlocks: number): Plan['transfers'] {
  return {
    name: `${name}-${transfers}`,
    facts: transfers + 1,
    build: (anvil, deployment) => addTransfers(anvil, deployment, { seed: 1, transfers, aBlock, emptyBlocks }),
  }
}

function recordChain(batches: number): Plan['records'] {
  return {
    name: `records-${batches}`,
    facts: batches * RECORDS,
    build: async (anvil, deployment) => {
      await prepareContext(anvil, deployment)
      await addRecords(anvil, deployment, { seed: 1, batches, records: RECORDS })
    },
  }
}

const doors: readonly Door[] = ['postgres', 'embedded']

export function ourRuns(): readonly Run[] {
  return doors.flatMap((door) => verifications.toReversed().map((verify): Run => ({ who: 'ours', door, verify })))
}

export function ponderRuns(): readonly Run[] {
  return doors.map((door): Run => ({ who: 'ponder', door }))
}

/** It stores in PostgreSQL only. */
export function sqdRuns(): readonly Run[] {
  return [{ who: 'sqd', door: 'postgres' }]
}

export function plainRuns(): readonly Run[] {
  return [false, true].map((balances): Run => ({ who: 'plain', door: 'postgres', balances }))
}
