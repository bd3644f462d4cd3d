import {
  type Abi,
  type Address,
  BaseError,
  type ContractFunctionArgs,
  type ContractFunctionName,
  ContractFunctionRevertedError,
  encodeFunctionData,
  type Hex,
  type TransactionReceipt,
} from 'viem'
import { accessManagerAbi } from '../deployments/abi/accessManager.ts'
import { accountsAbi } from '../deployments/abi/accounts.ts'
import { datasetsAbi } from '../deployments/abi/datasets.ts'
import { ledgerAbi } from '../deployments/abi/ledger.ts'
import { modelsAbi } from '../deployments/abi/models.ts'
import { openTokenAbi } from '../deployments/abi/openToken.ts'
import type { Reader, Wallet } from './chain.ts'
import { RetryError, StopError } from './errors.ts'

/** A call of one of our contracts, before anyone signs it. */
export interface Act {
  readonly contract: string
  readonly name: string
  readonly args: readonly unknown[]
  readonly to: Address
  readonly data: Hex
}

/** Names a call and encodes it, so that a dry run prints exactly what a real one sends. */
export function act<const abi extends Abi, name extends ContractFunctionName<abi, 'nonpayable'>>(
  contract: string,
  to: Address,
  abi: abi,
  name: name,
  args: ContractFunctionArgs<abi, 'nonpayable', name>,
): Act {
  const data = encodeFunctionData<Abi, string>({ abi, functionName: name, args: args as readonly unknown[] })
  return { contract, name, args: args as readonly unknown[], to, data }
}

/** Signs, sends and waits; a refusal by the contract becomes one sentence with the error's name and numbers. */
export async function transact(reader: Reader, wallet: Wallet, call: Act): Promise<TransactionReceipt> {
  await dryRun(reader, wallet.account.address, call)
  const hash = await wallet.sendTransaction({
    account: wallet.account,
    chain: wallet.chain,
    to: call.to,
    data: call.data,
  })
  const receipt = await reader.waitForTransactionReceipt({ hash, timeout: 120_000 })
  if (receipt.status === 'success') return receipt
  throw new RetryError(
    `${call.contract}.${call.name} reverted although it passed just before`,
    { transaction: hash, block: receipt.blockNumber, gas: receipt.gasUsed },
    'Something changed in between; look at the transaction and run the command again.',
  )
}

/** Runs `call` without sending it; throws the sentence that sending would end in. */
export async function dryRun(reader: Reader, from: Address, call: Act): Promise<void> {
  try {
    await reader.call({ account: from, to: call.to, data: call.data })
  } catch (error) {
    throw refusal(error, call)
  }
}

/** Our contracts call each other, so a refusal may carry an error of any of them. */
const knownErrors = [
  ...ledgerAbi,
  ...modelsAbi,
  ...datasetsAbi,
  ...accountsAbi,
  ...openTokenAbi,
  ...accessManagerAbi,
].filter((entry) => entry.type === 'error')

function refusal(error: unknown, call: Act): Error {
  const data = revertData(error)
  if (data === undefined) return error instanceof Error ? error : new Error(String(error))
  const revert = new ContractFunctionRevertedError({ abi: knownErrors as Abi, data, functionName: call.name })
  const name = revert.data?.errorName
  const reason =
    name === undefined ? (revert.reason ?? `revert ${data}`) : `${name}(${revert.data?.args?.join(', ') ?? ''})`
  return new StopError(
    `${call.contract}.${call.name} would be refused: ${reason}`,
    {},
    name === undefined
      ? 'Nothing was sent.'
      : `Nothing was sent; what ${name} means stands at its definition in contracts/interfaces.`,
    error,
  )
}

function revertData(error: unknown): Hex | undefined {
  if (!(error instanceof BaseError)) return undefined
  const holder = error.walk((cause) => typeof cause === 'object' && cause !== null && 'data' in cause)
  const data = holder !== null && 'data' in holder ? holder.data : undefined
  return typeof data === 'string' && data.startsWith('0x') ? (data as Hex) : undefined
}
