import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Hex, keccak256 } from 'viem'
import { namesFollowed } from '../../chain/events/contracts.ts'
import type { Fact, FactTable } from '../../chain/events/facts.ts'
import type { Node } from '../../chain/node/node.ts'
import type { Header } from '../../chain/verify/header.ts'
import { MANIFEST_FILE, type RunManifest } from '../../pipeline/run/manifest.ts'
import { readManifest } from '../../pipeline/run/readRun.ts'
import type { Deployment } from '../../sdk/deployment.ts'
import { StopError } from '../../sdk/errors.ts'
import { readFacts } from '../facts.ts'
import { type ModelRecord, modelRecord, type Origin, recordTables, type TimedFacts } from './modelRecord.ts'
import type { Subject } from './subject.ts'

export interface RecordAsked {
  readonly node: Node
  readonly deployment: Deployment
  readonly head: Header
  readonly signal: AbortSignal
}

/** The facts of these tables up to a block. */
export async function readTimedFacts(
  { node, deployment, head, signal }: RecordAsked,
  tables: ReadonlySet<FactTable>,
): Promise<TimedFacts> {
  const facts: Fact[] = []
  const times = new Map<bigint, bigint>()
  for await (const read of readFacts({ node, deployment, names: namesFollowed({ transfers: false }), head, signal })) {
    const kept = read.facts.filter(({ table }) => tables.has(table))
    const blocks = new Set(kept.map(({ row }) => row.block))
    for (const { number, timestamp } of read.blocks) if (blocks.has(number)) times.set(number, timestamp)
    for (const fact of kept) facts.push(fact)
  }
  return { facts, timeOf: (block) => times.get(block) as bigint }
}

export function originOf({ deployment, head }: Pick<RecordAsked, 'deployment' | 'head'>): Origin {
  const { chainId, name, contracts } = deployment
  const { number, hash, timestamp } = head
  const models = contracts.models.toLowerCase() as Hex
  return { chainId, models, deployment: name, block: { number, hash, timestamp } }
}

/** What a document of a model is made of; of one dataset version where `version` names it. */
export async function readSubject(
  asked: RecordAsked & { readonly model: number; readonly version?: bigint; readonly run?: string },
): Promise<Subject> {
  const record = modelRecord(originOf(asked), await readTimedFacts(asked, recordTables), asked.model)
  const version =
    asked.version === undefined ? record.versions[0] : record.versions.find((one) => one.version === asked.version)
  if (version === undefined)
    throw new StopError(
      `Model ${asked.model} was not trained on dataset version ${asked.version}`,
      { versions: record.versions.map((one) => one.version).join(', ') },
      'Name one of its versions with --version.',
    )
  return { record, version, run: asked.run === undefined ? undefined : registeredRun(asked.run, record) }
}

function registeredRun(folder: string, { model, begun }: ModelRecord): RunManifest {
  const manifest = readManifest(folder)
  const found = keccak256(readFileSync(join(folder, MANIFEST_FILE)))
  if (found !== begun.manifestHash)
    throw new StopError(
      `${join(folder, MANIFEST_FILE)} is not the manifest that model ${model} was registered with`,
      { found, registered: begun.manifestHash },
      'Give the folder of the run that was published.',
    )
  return manifest
}
