import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { RetryError } from '../sdk/errors.ts'

/**
 * Keeps a second process out of a folder. The lock is a file with the holder's process id and,
 * where the system gives it, start time. So the lock of a killed process counts as stale, even if
 * its id was reused.
 */

interface Holder {
  readonly pid: number
  /** In clock ticks since boot; empty where the system does not give it. */
  readonly startedAt: string
}

/** How to wait for a folder that another process holds. */
export interface FolderWait {
  readonly signal: AbortSignal
  /** Called once, when waiting begins. */
  waits(holder: string): void
}

const LOOK_EVERY_MS = 500

class FolderInUse extends RetryError {}

/** Takes the lock, after waiting for it if `folderWait` is given, and returns its release. */
export async function holdFolder(folder: string, folderWait: FolderWait | undefined): Promise<() => void> {
  let isWaiting = false
  for (;;) {
    try {
      return lockFolder(folder)
    } catch (error) {
      if (!(error instanceof FolderInUse) || folderWait === undefined || folderWait.signal.aborted) throw error
      if (!isWaiting) folderWait.waits(`process ${error.facts.pid}, in ${folder}`)
      isWaiting = true
      await sleep(LOOK_EVERY_MS, undefined, { signal: folderWait.signal }).catch(() => {})
    }
  }
}

/** Takes the lock and returns its release. Throws `RetryError` while a living process holds it. */
export function lockFolder(folder: string): () => void {
  const path = join(folder, 'writer.lock')
  const mine = JSON.stringify({ pid: process.pid, startedAt: startOf(process.pid) } satisfies Holder)
  const draft = `${path}.${process.pid}.${crypto.randomUUID()}`
  writeFileSync(draft, mine)
  try {
    while (!place(draft, path)) removeIfStale(folder, path)
  } finally {
    rmSync(draft, { force: true })
  }
  return () => rmSync(path, { force: true })
}

/** A link appears atomically with its content, so that no reader finds a half-written lock. */
function place(draft: string, path: string): boolean {
  try {
    linkSync(draft, path)
    return true
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false
    throw error
  }
}

function removeIfStale(folder: string, path: string): void {
  const text = read(path)
  if (text === undefined) return
  const holder = parse(text)
  if (holder !== undefined && isAlive(holder)) {
    throw new FolderInUse(
      `The database in ${folder} is in use by another process`,
      { pid: holder.pid },
      'Stop that process, or give this one another folder.',
    )
  }
  // Two processes may find the same stale lock: each moves the file aside, and restores it if it
  // was another lock.
  const aside = `${path}.stale.${crypto.randomUUID()}`
  try {
    renameSync(path, aside)
  } catch (error) {
    if (isCode(error, 'ENOENT')) return
    throw error
  }
  if (read(aside) !== text) place(aside, path)
  rmSync(aside, { force: true })
}

function isAlive({ pid, startedAt }: Holder): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if (isCode(error, 'ESRCH')) return false
  }
  return startedAt === '' || startedAt === startOf(pid)
}

/**
 * Field 22 of /proc/<pid>/stat; the command's name before it is in brackets and may hold spaces.
 */
function startOf(pid: number): string {
  const stat = read(`/proc/${pid}/stat`)
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
}

function parse(text: string): Holder | undefined {
  try {
    const { pid, startedAt } = JSON.parse(text)
    return Number.isInteger(pid) && typeof startedAt === 'string' ? { pid, startedAt } : undefined
  } catch {
    return undefined
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    // A process that ends during the read has no file either.
    if (isCode(error, 'ENOENT') || isCode(error, 'ESRCH')) return undefined
    throw error
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
