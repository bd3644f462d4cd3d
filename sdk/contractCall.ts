import {
  type Abi,
  type Address,
  BaseError,
  type ContractEventArgsFromTopics,
  type ContractEventName,
  type ContractFunctionArgs,
  type ContractFunctionName,
  ContractFunctionRevertedError,
  encodeFunctionData,
  type Hex,
  parseEventLogs,
  type TransactionReceipt,
} from 'viem'
import type { Reader } from './chain.ts'
import { type Contract, knownErrors } from './contracts.ts'
import { RetryError, StopError } from './errors.ts'

/** A call of one of our contracts, before anyone signs it. */
export interface ContractCall {
  readonly contract: string
  readonly name: string
  readonly args: readonly unknown[]
  readonly to: Address
  readonly data: Hex
}

/** Names a call and encodes it, so that a dry run prints exactly what a real one sends. */
export function callTo<const abi extends Abi, name extends ContractFunctionName<abi, 'nonpayable'>>(
  contract: Contract<abi>,
  name: name,
  args: ContractFunctionArgs<abi, 'nonpayable', name>,
): ContractCall {
  const values = args as readonly unknown[]
  const data = encodeFunctionData<Abi, string>({ abi: contract.abi, functionName: name, args: values })
  return { contract: contract.name, name, args: values, to: contract.address, data }
}

/** What is estimated and signed of a call. */
export type Call = Pick<ContractCall, 'contract' | 'name' | 'to' | 'data'>

/** Refuses a receipt that says that a call reverted. */
export function requireSuccess(receipt: TransactionReceipt, call: Call): TransactionReceipt {
  if (receipt.status === 'success') return receipt
  throw new RetryError(
    `${call.contract}.${call.name} reverted although it passed just before`,
    { transaction: receipt.transactionHash, block: receipt.blockNumber, gas: receipt.gasUsed },
    'Something changed in between; look at the transaction and try again.',
  )
}

/** The gas that `call` needs, with a tenth to spare; throws the sentence that sending would end in. */
export async function estimate(reader: Reader, from: Address, call: Call): Promise<bigint> {
  try {
    return ((await reader.estimateGas({ account: from, to: call.to, data: call.data })) * 11n) / 10n
  } catch (error) {
    throw refusalOf(error, call)
  }
}

/** A call that the contract refuses: nothing was sent. */
export class RefusedError extends StopError {
  /** The contract's own error, such as `Ledger_NothingToClaim`, where it gave one. */
  readonly errorName: string | undefined

  constructor(call: Call, reason: string, errorName: string | undefined, cause: unknown) {
    super(`${call.contract} refuses ${call.name}: ${reason}`, {}, 'Nothing was sent.', cause)
    this.errorName = errorName
  }
}

export function refusalOf(error: unknown, call: Call): Error {
  const data = revertData(error)
  if (data === undefined) return error instanceof Error ? error : new Error(String(error))
  const revert = new ContractFunctionRevertedError({ abi: knownErrors, data, functionName: call.name })
  const name = revert.data?.errorName
  if (name === undefined) return new RefusedError(call, revert.reason ?? `reverted with ${data}`, undefined, error)
  return new RefusedError(call, `${name}(${revert.data?.args?.map(String).join(', ') ?? ''})`, name, error)
}

function revertData(error: unknown): Hex | undefined {
  if (!(error instanceof BaseError)) return undefined
  const holder = error.walk((cause) => typeof cause === 'object' && cause !== null && 'data' in cause && !!cause.data)
  const data = holder !== null && 'data' in holder ? holder.data : undefined
  return typeof data === 'string' && data.startsWith('0x') ? (data as Hex) : undefined
}

/** The arguments of the one `eventName` that `contract` emitted in a transaction of ours. */
export function eventIn<const abi extends Abi, name extends ContractEventName<abi>>(
  receipt: TransactionReceipt,
  contract: Contract<abi>,
  eventName: name,
): ContractEventArgsFromTopics<abi, name, true> {
  const [event] = eventsIn([receipt], contract, eventName)
  if (event === undefined) throw new Error(`${receipt.transactionHash} emitted no ${eventName}, although it succeeded`)
  return event
}

/** The arguments of every `eventName` that `contract` emitted in transactions of ours, in order. */
export function eventsIn<const abi extends Abi, name extends ContractEventName<abi>>(
  receipts: readonly TransactionReceipt[],
  contract: Contract<abi>,
  eventName: name,
): readonly ContractEventArgsFromTopics<abi, name, true>[] {
  const logs = receipts.flatMap((receipt) => receipt.logs)
  const own = logs.filter((log) => log.address.toLowerCase() === contract.address.toLowerCase())
  return parseEventLogs({ abi: contract.abi, logs: own, eventName }).map(
    ({ args }) => args as ContractEventArgsFromTopics<abi, name, true>,
  )
}

/** The name of our contracts' error that a read ended in, if that is what happened. */
export function errorNameOf(error: unknown): string | undefined {
  if (!(error instanceof BaseError)) return undefined
  const revert = error.walk((cause) => cause instanceof ContractFunctionRevertedError)
  return revert instanceof ContractFunctionRevertedError ? revert.data?.errorName : undefined
}
