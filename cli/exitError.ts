/** The command has printed what it found; only its exit status is left. */
export class ExitError extends Error {
  override readonly name = 'ExitError'
  readonly status: number

  constructor(status: number) {
    super(`exit status ${status}`)
    this.status = status
  }
}
