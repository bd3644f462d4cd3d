/** CPU time, so that a busy machine does not count, and the shortest wall-clock time, which is what a quiet one would show. */

export interface Timed {
  readonly cpuMs: number
  readonly wallMs: number
}

/** The middle of several repetitions after one that does not count; threads of this process are counted together. */
export async function timed(repetitions: number, work: () => unknown): Promise<Timed> {
  if (repetitions > 1) await work()
  const times: Timed[] = []
  for (let i = 0; i < repetitions; i++) {
    const before = process.cpuUsage()
    const start = performance.now()
    await work()
    const wallMs = performance.now() - start
    const { user, system } = process.cpuUsage(before)
    times.push({ cpuMs: (user + system) / 1000, wallMs })
  }
  const middle = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] as number
  return { cpuMs: middle(times.map(({ cpuMs }) => cpuMs)), wallMs: Math.min(...times.map(({ wallMs }) => wallMs)) }
}

/** One line of the table: CPU milliseconds, ours first. */
export interface Comparison {
  readonly what: string
  readonly ours: number
  readonly others: Readonly<Record<string, number | undefined>>
  readonly note?: string
}
