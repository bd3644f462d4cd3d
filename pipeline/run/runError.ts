import { type Facts, StopError } from '../../sdk/errors.ts'

/** A run folder that must not be used: which file, which part of it, what is wrong, and what to do. */
export class RunError extends StopError {
  readonly file: string

  constructor(file: string, what: string, facts: Facts, remedy: string, cause?: unknown) {
    super(`${file}: ${what}`, facts, remedy, cause)
    this.file = file
  }
}

export const RERUN = 'Run the training step again, or fetch the run folder afresh from where it was made.'
