import { journaled } from '../../chain/events/contracts.ts'
import type { Journals } from '../../chain/events/journals.ts'
import { journalOf } from '../../sdk/journal.ts'
import { type CheckName, checks } from '../checks/names.ts'
import type { AuditedBlock } from '../history/auditedBlock.ts'
import type { AuditOptions } from '../options.ts'
import type { World } from '../world/world.ts'
import type { Finding } from './finding.ts'
import type { Report } from './report.ts'
import type { Tally } from './tally.ts'
import { trusted } from './trusted.ts'

export interface Audited {
  readonly options: AuditOptions
  readonly block: AuditedBlock
  readonly world: World
  readonly tally: Tally
  readonly journals: Journals
  /** Undefined where history could not be read to its end. */
  readonly state: string | undefined
  readonly seconds: number
  readonly madeAt: Date
}

export function makeReport({ options, block, world, tally, journals, state, seconds, madeAt }: Audited): Report {
  const { deployment, node, verify, sample } = options
  const { header, trust } = block
  const isWhole = tally.unchecked.every(({ isNeeded }) => !isNeeded)
  return {
    version: 1,
    verdict: tally.findings.length > 0 ? 'findings' : isWhole ? 'clean' : 'incomplete',
    deployment: { name: deployment.name, chainId: deployment.chainId, contracts: { ...deployment.contracts } },
    audited: {
      from: `${deployment.startBlock}`,
      block: `${header.number}`,
      hash: header.hash,
      time: new Date(Number(header.timestamp) * 1_000).toISOString(),
      trust,
      node: node.name,
      verification: verify,
      ...(sample && { sample: { ...sample } }),
    },
    figures: figuresOf(world),
    checks: Object.entries(checks).map(([name, compares]) => ({
      name,
      compares,
      count: tally.counts.get(name as CheckName) ?? 0,
      findings: findingsOf(tally, name as CheckName),
    })),
    findings: tally.findings.toSorted(bySeverity).map(plainFinding),
    notChecked: [...tally.unchecked],
    parameters: world.settings.changes.map(({ parameter, value, at }) => ({
      parameter,
      value,
      block: `${at.block}`,
      transaction: at.transactionHash,
    })),
    trusted: [...trusted],
    digests: {
      ...(state && { state }),
      journals: Object.fromEntries(journaled.map((name) => [name, journalOf(journals[name])])),
    },
    madeAt: madeAt.toISOString(),
    seconds: Math.round(seconds * 10) / 10,
  }
}

function figuresOf(world: World): Report['figures'] {
  let [inferences, settled] = [0, 0]
  for (const { isSettled, records } of world.books.values()) {
    settled += isSettled ? 1 : 0
    inferences += records
  }
  const counts = {
    accounts: world.accounts.size,
    datasets: world.datasets.size,
    models: world.models.size,
    channels: world.channels.size,
    inferences,
    batches: world.batches.size,
    books: world.books.size,
    settled,
    bonds: world.bonds.size,
    appeals: world.appeals.size,
  }
  return Object.fromEntries(Object.entries(counts).map(([name, number]) => [name, `${number}`]))
}

function findingsOf({ findings, untold }: Tally, check: CheckName): number {
  return findings.filter((finding) => finding.check === check).length + (untold.get(check) ?? 0)
}

function bySeverity(a: Finding, b: Finding): number {
  if (a.severity !== b.severity) return a.severity === 'error' ? -1 : 1
  return Number((a.place.block ?? 0n) - (b.place.block ?? 0n))
}

function plainFinding({ place, ...finding }: Finding): Report['findings'][number] {
  const fields = Object.entries(place).filter(([, value]) => value !== undefined)
  return { ...finding, place: Object.fromEntries(fields.map(([name, value]) => [name, `${value}`])) }
}
