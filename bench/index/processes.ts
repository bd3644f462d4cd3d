import { readdirSync, readFileSync } from 'node:fs'

/** What Linux counts for a process. */

const TICKS_A_SECOND = 100

/** Places in /proc/<pid>/stat behind the command's name, which may itself hold spaces. */
const PARENT = 1
const OWN_TIMES = [11, 12]
const TIMES_WITH_ENDED_CHILDREN = [11, 12, 13, 14]

/** CPU time of all its threads; 0 where it is gone. */
export function cpuSeconds(pid: number): number {
  return sumOf(pid, OWN_TIMES)
}

/** CPU time of the processes below it, those that have ended included. */
export function descendantsCpuSeconds(pid: number): number {
  return descendantsOf(pid).reduce((sum, one) => sum + sumOf(one, TIMES_WITH_ENDED_CHILDREN), 0)
}

/** CPU time of it and all below it, those that have ended included. */
export function treeCpuSeconds(pid: number): number {
  return sumOf(pid, TIMES_WITH_ENDED_CHILDREN) + descendantsCpuSeconds(pid)
}

/** The memory that the processes below it have in use now; what they share is counted once. */
export function descendantsMiB(pid: number): number {
  return descendantsOf(pid).reduce((sum, one) => sum + kibibytes(`/proc/${one}/smaps_rollup`, 'Pss:'), 0) / 1_024
}

/** The most memory that it ever had in use. */
export function peakMiB(pid: number): number {
  return kibibytes(`/proc/${pid}/status`, 'VmHWM:') / 1_024
}

/** The memory that it has in use now. */
export function residentMiB(pid: number): number {
  return kibibytes(`/proc/${pid}/status`, 'VmRSS:') / 1_024
}

function descendantsOf(pid: number): readonly number[] {
  const running = readdirSync('/proc').map(Number).filter(Number.isInteger)
  const children = Map.groupBy(running, (one) => Number(fieldsOf(one)[PARENT]))
  const below = (one: number): readonly number[] =>
    (children.get(one) ?? []).flatMap((child) => [child, ...below(child)])
  return below(pid)
}

function sumOf(pid: number, places: readonly number[]): number {
  const fields = fieldsOf(pid)
  return places.reduce((sum, place) => sum + Number(fields[place] ?? 0), 0) / TICKS_A_SECOND
}

function fieldsOf(pid: number): readonly string[] {
  const stat = read(`/proc/${pid}/stat`)
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
}

function kibibytes(path: string, what: string): number {
  const line = read(path)
    .split('\n')
    .find((one) => one.startsWith(what))
  return Number(line?.match(/\d+/)?.[0] ?? 0)
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
