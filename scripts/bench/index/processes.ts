import { readFileSync } from 'node:fs'

/** What Linux counts for a process. */

const TICKS_A_SECOND = 100

/** CPU time of all its threads; 0 where it is gone. */
export function cpuSeconds(pid: number): number {
  const stat = read(`/proc/${pid}/stat`)
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / TICKS_A_SECOND
}

/** The most memory that it ever had in use. */
export function peakMiB(pid: number): number {
  return memoryMiB(pid, 'VmHWM')
}

/** The memory that it has in use now. */
export function residentMiB(pid: number): number {
  return memoryMiB(pid, 'VmRSS')
}

function memoryMiB(pid: number, what: 'VmHWM' | 'VmRSS'): number {
  const line = read(`/proc/${pid}/status`)
    .split('\n')
    .find((one) => one.startsWith(what))
  return Number(line?.match(/\d+/)?.[0] ?? 0) / 1_024
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
