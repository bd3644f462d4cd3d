import type { Hex } from 'viem'

/** One step of a proof. The first that fails ends it; what comes later is not checked. */
export interface Step {
  readonly name: string
  readonly state: 'holds' | 'fails' | 'skipped' | 'waits'
  readonly says: string
  readonly bytes?: number | undefined
  /** The bytes themselves, by field. */
  readonly fields?: readonly Field[] | undefined
}

export interface Field {
  readonly hex: Hex
  readonly means: string
}

/** What a step found, or throws a sentence on what does not hold. */
export type Check = () => Promise<Omit<Step, 'name' | 'state'> & { readonly isSkipped?: boolean }>

/** Runs checks in turn and tells of each as it ends. */
export async function runSteps(
  checks: readonly (readonly [name: string, check: Check])[],
  told: (steps: readonly Step[]) => void,
): Promise<void> {
  const steps: Step[] = checks.map(([name]) => ({ name, state: 'waits', says: 'Not checked yet.' }))
  told([...steps])
  for (const [i, [name, check]] of checks.entries()) {
    try {
      const { isSkipped, ...found } = await check()
      steps[i] = { name, state: isSkipped ? 'skipped' : 'holds', ...found }
    } catch (error) {
      steps[i] = { name, state: 'fails', says: error instanceof Error ? error.message : String(error) }
      for (let later = i + 1; later < steps.length; later++) {
        const name = checks[later]?.[0] ?? ''
        steps[later] = { name, state: 'skipped', says: 'Not checked, because a step before failed.' }
      }
      told([...steps])
      return
    }
    told([...steps])
  }
}

export function sizeOf(hexes: readonly Hex[]): number {
  return hexes.reduce((sum, hex) => sum + (hex.length - 2) / 2, 0)
}
