/** The command has said what it found; only its exit status is left to say. */
export class ExitError extends Error {
  override readonly name = 'ExitError'
  readonly status: number

  constructor(status: number) {
    super(`exit status ${status}`)
    this.status = status
  }
}
