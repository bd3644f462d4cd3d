import type { Block } from '../chain/block.ts'
import { type Followed, followedOf, namesFollowed } from '../chain/events/contracts.ts'
import { emptyJournals } from '../chain/events/journals.ts'
import type { Header } from '../chain/verify/header.ts'
import type { Deployment } from '../sdk/deployment.ts'
import { StopError } from '../sdk/errors.ts'
import { checkApi } from './checks/api.ts'
import { checkCode } from './checks/code.ts'
import { checkGovernance } from './checks/governance.ts'
import { refutedHistory } from './checks/history.ts'
import { checkJournals } from './checks/journals.ts'
import { checkMoney } from './checks/money.ts'
import { checkRowIndexes } from './checks/rowIndex.ts'
import { checkRun } from './checks/run.ts'
import { checkStorage } from './checks/storage.ts'
import { checkUnitCode } from './checks/unitCode.ts'
import { checkVouchers } from './checks/vouchers.ts'
import { type AuditedBlock, auditedBlock } from './history/auditedBlock.ts'
import { type Progress, readCheckpoint, writeCheckpoint } from './history/checkpoint.ts'
import { lengthen } from './history/journalTrail.ts'
import { Refuted, readHistory } from './history/readHistory.ts'
import type { AuditOptions } from './options.ts'
import { expectedSlots } from './replay/expectedSlots.ts'
import { replay } from './replay/replay.ts'
import { makeReport } from './report/makeReport.ts'
import type { Report } from './report/report.ts'
import { count, emptyTally, type Tally } from './report/tally.ts'
import { emptyWorld, type World } from './world/world.ts'

/** How often a checkpoint is written. */
const CHECKPOINT_MS = 20_000

/** Rebuilds everything that a deployment's contracts hold from a node's history, and holds it to all that can be known of it. */
export async function audit(options: AuditOptions): Promise<Report> {
  const begun = performance.now()
  const { node, reader, deployment, verify, at, trust } = options
  const block = await auditedBlock(node, reader, verify, at, trust)
  requireHistory(block.header, deployment)
  const followed = followedOf(deployment, namesFollowed({ transfers: true }))
  const reached = await readAll(options, block, followed)
  const { world, tally, journals } = reached
  const isWhole = reached.head?.number === block.header.number
  const state = isWhole ? await checkState(options, block, reached) : undefined
  const seconds = (performance.now() - begun) / 1_000
  return makeReport({ options, block, world, tally, journals, state, seconds, madeAt: new Date() })
}

/** A block before the first one of the deployment holds nothing: nothing could be found, and that must not pass for clean. */
function requireHistory({ number, hash }: Header, { startBlock }: Deployment): void {
  if (number >= startBlock) return
  throw new StopError(
    `Block ${number} is before the deployment, which begins in block ${startBlock}`,
    { hash },
    'Audit a later block by its number, or the latest; what counts as final may lag behind it.',
  )
}

/** Replays history up to the audited block, or to where it is refuted. */
async function readAll(options: AuditOptions, { header }: AuditedBlock, followed: Followed): Promise<Progress> {
  const { node, deployment, verify, signal, checkpoint, view } = options
  let reached = beginning(options, header)
  let writtenAt = performance.now()
  const first = BigInt(deployment.startBlock)
  const query = {
    node,
    deployment,
    followed,
    verify,
    target: header,
    head: reached.head,
    journals: reached.journals,
    signal,
    view,
  }
  const { world, tally, trail } = reached
  try {
    for await (const stretch of readHistory(query)) {
      const timestamps = new Map(stretch.blocks.map(({ number, timestamp }) => [number, timestamp]))
      count(tally, 'headers', stretch.blocks.length)
      count(tally, 'receipts', stretch.logs.length)
      replay(world, followed, stretch.logs, (number) => timestamps.get(number) ?? 0n, tally)
      lengthen(trail, stretch.journalMoves)
      await checkActs(options, world, stretch.blocks, tally)
      const head = stretch.blocks.at(-1) as Block
      reached = { ...reached, head, journals: stretch.journals }
      options.progress('blocks', Number(head.number - first) + 1, Number(header.number - first) + 1)
      if (checkpoint === undefined || performance.now() - writtenAt < CHECKPOINT_MS) continue
      writeCheckpoint(checkpoint.file, deployment, reached)
      writtenAt = performance.now()
    }
    // What is found at the audited block is no part of it: a later audit goes on from here.
    if (checkpoint !== undefined && reached.head !== undefined) writeCheckpoint(checkpoint.file, deployment, reached)
  } catch (error) {
    if (!(error instanceof Refuted)) throw error
    refutedHistory(tally, error.contradiction)
  }
  return reached
}

/** Looks for what stands beside the events of a stretch: signatures of vouchers, and the calls of governance. */
async function checkActs(
  { node, reader, deployment, verify, signal }: AuditOptions,
  world: World,
  blocks: readonly Header[],
  tally: Tally,
): Promise<void> {
  await checkVouchers({ reader, deployment, tally, signal }, world.raises.splice(0))
  const changes = world.settings.unconfirmed.splice(0)
  const headers = new Map(blocks.map((header) => [header.number, header]))
  await checkGovernance({ node, deployment, verify, tally }, changes, (block) => headers.get(block) as Header)
}

function beginning({ deployment, checkpoint, treasury }: AuditOptions, { number, hash }: Header): Progress {
  const stored = checkpoint?.resume ? readCheckpoint(checkpoint.file, deployment) : undefined
  const head = stored?.head
  if (head !== undefined && (head.number > number || (head.number === number && head.hash !== hash))) {
    throw new StopError(
      `The checkpoint is of block ${head.number} (${head.hash}), which the audited block ${number} does not follow`,
      { audited: hash },
      'Audit a later block of the same branch, or leave --resume out.',
    )
  }
  const world = emptyWorld(treasury)
  return stored ?? { head: undefined, journals: emptyJournals, trail: new Map(), world, tally: emptyTally() }
}

/** Holds what was rebuilt to the contracts' state after the audited block. */
async function checkState(
  options: AuditOptions,
  { header: block }: AuditedBlock,
  { world, tally, journals, trail }: Progress,
): Promise<string> {
  const { node, reader, deployment, verify, sample, signal } = options
  await checkJournals({ node, deployment, block, verify, journals, trail, tally })
  const progress = (done: number, total: number) => options.progress('pages of storage', done, total)
  const isProven = verify !== 'off'
  const query = { node, deployment, block, isProven, sample, tally, signal, progress }
  const state = await checkStorage(query, expectedSlots(world))
  checkMoney(world, deployment, block, tally)
  if (isProven) {
    await checkUnitCode({ reader, deployment, block, tally }, world)
    await checkCode({ node, reader, deployment, block, artifacts: options.artifacts, tally })
  } else {
    const why = 'the chain’s block hashes do not cover its state'
    tally.unchecked.push({ check: 'code', what: 'code by proof', why, isNeeded: true })
  }
  await checkFiles(options, block, world, tally)
  return state
}

/** Holds what others publish to what was rebuilt. */
async function checkFiles(options: AuditOptions, block: Header, world: World, tally: Tally): Promise<void> {
  const { index, run, api, sample, signal } = options
  const step = (name: string) => (done: number, total: number) => options.progress(name, done, total)
  const indexes = await checkRowIndexes({ index, tally, progress: step('row indexes') }, world)
  if (run !== undefined) checkRun(run, indexes, world, tally)
  else
    tally.unchecked.push({ check: 'run', what: 'row codes from gradients', why: 'no --run was given', isNeeded: false })
  if (api !== undefined)
    await checkApi({ api, block, sample, tally, signal, progress: step('lists of the API') }, world)
  else tally.unchecked.push({ check: 'api', what: 'an index’s answers', why: 'no --api was given', isNeeded: false })
}
