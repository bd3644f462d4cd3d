import {
  BaseError,
  ContractFunctionExecutionError,
  ContractFunctionRevertedError,
  ContractFunctionZeroDataError,
} from 'viem'
import { RefusedError } from '../sdk/contractCall.ts'
import { type Explained, explain, isExplained, StopError } from '../sdk/errors.ts'
import { nodeFailure } from '../sdk/nodeFailure.ts'
import { errorMeaning } from './errorMeaning.ts'
import { UsageError } from './usageError.ts'

/** Says what went wrong on stderr: one paragraph, or one JSON value; a stack trace only for bugs. */
export function sayFailure(error: unknown, isJson: boolean): void {
  const explained = explainedOf(error)
  if (isJson) {
    const { message, facts, remedy } = explained ?? {
      message: error instanceof Error ? error.message : String(error),
      facts: {},
      remedy: '',
    }
    const plain = (_: string, value: unknown) => (typeof value === 'bigint' ? `${value}` : value)
    process.stderr.write(`${JSON.stringify({ error: { message, facts, remedy } }, plain)}\n`)
    return
  }
  process.stderr.write(`\n${paragraphOf(error, explained)}\n`)
}

function paragraphOf(error: unknown, explained: Explained | undefined): string {
  if (explained !== undefined) return explain(explained)
  if (error instanceof UsageError) return error.message
  return `Something failed that this command did not expect; please report it.\n${error instanceof Error ? error.stack : error}`
}

function explainedOf(error: unknown): Explained | undefined {
  if (error instanceof RefusedError) return withMeaning(error)
  if (isExplained(error)) return error
  return refusedRead(error) ?? nodeFailure(error) ?? systemFailure(error)
}

function withMeaning(refused: RefusedError): Explained {
  const { name, message, facts, remedy, errorName } = refused
  return { name, message, facts, remedy: errorName === undefined ? remedy : `${remedy} ${meaningOf(errorName)}` }
}

/** The meaning as a sentence. */
function meaningOf(errorName: string): string {
  const meaning = errorMeaning(errorName)
  return meaning === undefined ? '' : `${meaning.charAt(0).toUpperCase()}${meaning.slice(1)}.`
}

/** A read that a contract refuses. */
function refusedRead(error: unknown): StopError | undefined {
  if (!(error instanceof BaseError)) return undefined
  const asked = error.walk((cause) => cause instanceof ContractFunctionExecutionError)
  const call = asked instanceof ContractFunctionExecutionError ? asked : undefined
  if (error.walk((cause) => cause instanceof ContractFunctionZeroDataError) !== null)
    return new StopError(
      `There is no contract of this ledger at ${call?.contractAddress ?? 'an address of the deployment'}`,
      {},
      'The deployment file and the node are of different chains, or the chain was started again from nothing: check both.',
      error,
    )
  const revert = error.walk((cause) => cause instanceof ContractFunctionRevertedError)
  if (!(revert instanceof ContractFunctionRevertedError)) return undefined
  const name = call?.functionName ?? 'a question'
  const { data, reason } = revert
  if (data === undefined) return new StopError(`A contract refuses ${name}: ${reason ?? 'it reverted'}`, {}, '', error)
  const [contract = ''] = data.errorName.split('_')
  return new StopError(
    `${contract} refuses ${name}: ${data.errorName}(${data.args?.map(String).join(', ') ?? ''})`,
    {},
    meaningOf(data.errorName),
    error,
  )
}

/** Errors of disks and folders. */
function systemFailure(error: unknown): StopError | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  const path = 'path' in error && typeof error.path === 'string' ? error.path : 'A file'
  switch (error.code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new StopError(
        `${path} cannot be written: the disk is full`,
        {},
        'Make room and run the command again; nothing is lost.',
        error,
      )
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new StopError(
        `${path} may not be written or read here`,
        {},
        'Check its owner and permissions, or name another place.',
        error,
      )
    case 'ENOENT':
      return 'syscall' in error && error.syscall === 'mkdir'
        ? new StopError(`${path} cannot be made: no folder is allowed there`, {}, 'Name another place.', error)
        : new StopError(`${path} does not exist`, {}, 'Check the path.', error)
    case 'EISDIR':
      return new StopError(`${path} is a folder, not a file`, {}, 'Name a file.', error)
    case 'ENOTDIR':
    case 'EEXIST':
      return new StopError(`${path} is a file where a folder should be`, {}, 'Name another place.', error)
    case 'ENAMETOOLONG':
    case 'ELOOP':
      return new StopError(`${path} is no path that this system takes`, {}, 'Name a shorter, plain one.', error)
    case 'ERR_FS_FILE_TOO_LARGE':
    case 'ERR_STRING_TOO_LONG':
      return new StopError(`${path} is too large to be read at once`, {}, 'Check that it is the file you mean.', error)
    case 'EADDRINUSE':
      return new StopError(
        `Port ${portOf(error)} is taken by another program`,
        {},
        'Stop that program, or choose another port with --port.',
        error,
      )
    case 'EADDRNOTAVAIL':
      return new StopError('This machine has no such address to listen on', {}, 'Give --host another one.', error)
    default:
      // Whatever else the system says of a file is no fault of this command.
      return 'syscall' in error && 'path' in error
        ? new StopError(`${path} cannot be used: ${error.code}`, {}, 'Check it, or name another place.', error)
        : undefined
  }
}

function portOf(error: object): unknown {
  return 'port' in error ? error.port : 'asked for'
}
