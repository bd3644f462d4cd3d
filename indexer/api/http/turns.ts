import { limits } from '../limits.ts'
import { type Admission, admission } from './admission.ts'
import { type Usage, usage } from './usage.ts'

/** The queues of a process: all that strangers ask of the database waits in one of them. */
export interface Turns {
  /** How much of this process's time each client took lately. */
  readonly used: Usage
  readonly light: Admission
  readonly heavy: Admission
}

export function turns(): Turns {
  const used = usage()
  return {
    used,
    light: admission(limits.runningLight.most, used),
    heavy: admission(limits.runningHeavy.most, used),
  }
}
