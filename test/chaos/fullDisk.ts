import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { DatabaseLocation } from '../../indexer/store/database.ts'
import { digestThrough } from '../support/digest.ts'
import { type Context, mustEqual, withContext } from './context.ts'
import { openHistory } from './history.ts'
import { CAUGHT_UP, endWell, startProcess } from './processes.ts'
import { startServer } from './server.ts'
import { type Count, Seen, type Suite, tallyOf } from './suite.ts'

/**
 * The disk of the database is small and runs full: the indexer says so in one clear message and waits. When there is room again it
 * goes on by itself, and nothing was lost. Disks are memory, so that they can be small, which takes the right to mount.
 */

const MIB = 2 ** 20
const DISK_MIB = 320
const FULL = /disk of the database is full|disk is not full|No space left/i
const HAS_GONE_ON = /Caught up with the node/g

interface Disk {
  readonly folder: string
  /** Leaves so much room, in bytes. */
  fill(leaving: number): void
  free(): void
  remove(): void
}

/** Undefined where this user may not mount. */
export function smallDisk(): Disk | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'small-disk-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MIB}m`, 'tmpfs', folder], { stdio: 'ignore' })
  } catch {
    rmSync(folder, { recursive: true })
    return undefined
  }
  const ballast = join(folder, 'ballast')
  const room = () => {
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize
  }
  return {
    folder,
    fill: (leaving) => {
      for (let left = room(); left > leaving; left = room()) {
        appendFileSync(ballast, Buffer.alloc(Math.min(MIB, left - leaving)))
      }
    },
    free: () => rmSync(ballast, { force: true }),
    remove: () => {
      execFileSync('umount', ['-l', folder])
      rmSync(folder, { recursive: true })
    },
  }
}

async function runFull(
  context: Context,
  database: DatabaseLocation,
  disk: Disk,
  revive: () => Promise<void>,
  count: Count,
) {
  const { scenario } = context
  const indexer = startProcess(context, database)
  context.atEnd(async () => indexer.child.kill('SIGKILL'))
  await indexer.said(CAUGHT_UP)
  disk.fill(0)
  for (let acts = 0; !FULL.test(indexer.output()); acts += 20) {
    if (acts > 1_000) throw new Seen(`A disk is full, and the indexer does not say so: ${indexer.output()}`)
    await scenario.play(20)
    await sleep(200)
  }
  await sleep(3_000)
  // The same sentence, whichever file it was that did not grow.
  const sentences = indexer
    .output()
    .replaceAll(/ \(.*?\)/g, '')
    .split('\n')
  const said = new Set(sentences.filter((line) => FULL.test(line)))
  if (said.size > 2) throw new Seen(`Of a full disk it says ${said.size} things: ${[...said].join('\n')}`)
  if (indexer.child.exitCode !== null) throw new Seen(`A full disk ended the indexer: ${indexer.output()}`)
  count('full disks told of')
  disk.free()
  await revive()
  const before = indexer.output().match(HAS_GONE_ON)?.length ?? 0
  for (let waited = 0; (indexer.output().match(HAS_GONE_ON)?.length ?? 0) <= before; waited += 100) {
    if (waited > 60_000) throw new Seen(`There is room again, and the indexer does not go on: ${indexer.output()}`)
    await sleep(100)
  }
  await endWell(indexer)
  const { db, close } = await openHistory(database)
  mustEqual(await digestThrough(db).finally(close), await context.freshDigest(), 'after a full disk')
  count('comparisons')
}

async function onPostgres(context: Context, disk: Disk, count: Count): Promise<void> {
  const folder = join(disk.folder, 'postgres')
  mkdirSync(folder)
  const server = await startServer({ folder, flags: ['-c', 'max_wal_size=64MB', '-c', 'min_wal_size=32MB'] })
  context.atEnd(server.stop)
  await server.withDatabase((database) => runFull(context, database, disk, server.upIfDown, count))
  await server.stop()
}

export const fullDisk: Suite = {
  about: 'a disk that runs full, on both databases',
  run: ({ times, say, ...where }) =>
    withContext(where, async (context) => {
      const { counts, count } = tallyOf()
      for (let i = 0; i < times; i++) {
        const disk = smallDisk()
        if (disk === undefined) {
          say('left out: this user may not mount a small disk')
          count('left out')
          return counts
        }
        context.atEnd(async () => disk.remove())
        if (i % 2 === 0) await onPostgres(context, disk, count)
        else
          await runFull(
            context,
            { kind: 'embedded', folder: join(disk.folder, 'embedded') },
            disk,
            async () => {},
            count,
          )
      }
      return counts
    }),
}
