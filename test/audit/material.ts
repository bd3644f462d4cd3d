import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Hex, keccak256 } from 'viem'
import type { AuditOptions } from '../../auditor/options.ts'
import { expectedSlots } from '../../auditor/replay/expectedSlots.ts'
import { replay } from '../../auditor/replay/replay.ts'
import type { Report } from '../../auditor/report/report.ts'
import { emptyTally } from '../../auditor/report/tally.ts'
import type { ExpectedSlot } from '../../auditor/storage/expectedSlot.ts'
import { emptyWorld, type World } from '../../auditor/world/world.ts'
import {
  type ChainLog,
  type ContractName,
  contractOf,
  followedOf,
  namesFollowed,
} from '../../chain/events/contracts.ts'
import { releaseFolder } from '../../scripts/deploy/release.ts'
import { newFolder } from '../support/folder.ts'
import type { LocalLedger } from '../support/localLedger.ts'
import type { Random } from '../support/random.ts'
import type { Scenario } from '../support/scenario.ts'
import { auditAt } from './auditAt.ts'

/** An event, and which contract emitted it. */
export interface ToldLog extends ChainLog {
  readonly contract: ContractName
}

/** A finished chain, and all that can be corrupted of how an auditor sees it. */
export interface Material {
  readonly ledger: LocalLedger
  readonly random: Random
  readonly head: bigint
  readonly logs: readonly ToldLog[]
  readonly slots: readonly ExpectedSlot[]
  readonly world: World
  /** Row indexes, by their hashes. */
  readonly files: ReadonlyMap<Hex, Uint8Array>
  readonly index: string
  readonly api: string | undefined
}

export const artifacts = `${releaseFolder}/artifacts`

/** What an honest audit sees, and what it reports. */
export async function materialOf(
  ledger: LocalLedger,
  scenario: Scenario,
  random: Random,
  api: string | undefined,
): Promise<{ readonly material: Material; readonly honest: Report }> {
  const files = new Map(scenario.files().map((file): [Hex, Uint8Array] => [keccak256(file), file]))
  const index = indexFolder(files)
  const { deployment, connection } = ledger
  const followed = followedOf(deployment, namesFollowed({ transfers: true }))
  const seen: ChainLog[] = []
  const view: AuditOptions['view'] = (logs) => {
    seen.push(...logs)
    return logs
  }
  const honest = await auditAt(ledger, ledger.rpcUrl, { artifacts, api, view })
  const world = emptyWorld(deployment.treasury as number)
  const times = new Map<bigint, bigint>()
  for (const number of new Set(seen.map(({ block }) => block))) {
    times.set(number, (await connection.reader.getBlock({ blockNumber: number })).timestamp)
  }
  replay(world, followed, seen, (number) => times.get(number) as bigint, emptyTally())
  const logs = seen.map((log) => ({ ...log, contract: contractOf(followed, log) as ContractName }))
  const head = await connection.reader.getBlockNumber()
  return {
    honest,
    material: { ledger, random, head, logs, slots: [...expectedSlots(world)], world, files, index, api },
  }
}

export function indexFolder(files: ReadonlyMap<Hex, Uint8Array>): string {
  const folder = newFolder('index')
  mkdirSync(folder, { recursive: true })
  for (const [hash, file] of files) writeFileSync(join(folder, hash), file)
  return folder
}
