import { type Address, BaseError, type Hex, MethodNotFoundRpcError, MethodNotSupportedRpcError } from 'viem'
import type { Reader } from '../../chain.ts'
import { estimate, refusalOf } from '../../contractCall.ts'
import { StopError } from '../../errors.ts'
import { spokenEther } from '../../units.ts'
import type { Plan } from './plan.ts'

/** What each transaction of a plan would cost, were it sent now, each after those before it. */
export interface Estimated {
  readonly effect: string
  /** Null where the node cannot run one transaction after another, and this one needs those before it. */
  readonly gas: bigint | null
}

export interface DryRun {
  readonly transactions: readonly Estimated[]
  /** At the present price, in wei of the chain's own coin. */
  readonly feeWei: bigint
  readonly gasPriceWei: bigint
}

/** Runs the plan on the node's present state and sends nothing. Throws what sending it would end in. */
export async function dryRun(plan: Plan, reader: Reader, from: Address): Promise<DryRun> {
  await requireCode(plan, reader)
  const [gas, { maxFeePerGas: gasPriceWei }] = await Promise.all([
    gasOf(plan, reader, from),
    reader.estimateFeesPerGas(),
  ])
  const feeWei = gas.reduce<bigint>((sum, one) => sum + (one ?? 0n), 0n) * gasPriceWei
  await requireFunds(plan, feeWei, reader, from)
  return {
    transactions: plan.transactions.map(({ effect }, i) => ({ effect, gas: gas[i] ?? null })),
    feeWei,
    gasPriceWei,
  }
}

/** A call to an address without code succeeds and does nothing. */
async function requireCode({ transactions }: Plan, reader: Reader): Promise<void> {
  for (const { contract, to } of new Map(transactions.map(({ call }) => [call.to, call])).values()) {
    const code = await reader.getCode({ address: to })
    if (code !== undefined && code !== '0x') continue
    throw new StopError(
      `There is no contract at ${to}, where ${contract} should be`,
      { chainId: reader.chain.id },
      'The deployment file and the node are of different chains, or the chain was started again from nothing: check both.',
    )
  }
}

async function requireFunds(plan: Plan, feeWei: bigint, reader: Reader, from: Address): Promise<void> {
  const balance = await reader.getBalance({ address: from })
  if (plan.transactions.length > 0 && balance < feeWei)
    throw new StopError(
      `${from} cannot pay for gas: it has ${spokenEther(balance)} ETH, and needs ${spokenEther(feeWei)} ETH`,
      {},
      'Send it some of the chain’s own coin.',
    )
}

/** By `eth_simulateV1`, which runs calls after each other, here in a block each; where a node lacks it, the first alone. */
async function gasOf({ transactions }: Plan, reader: Reader, from: Address): Promise<readonly (bigint | null)[]> {
  const [first, ...others] = transactions
  if (first === undefined) return []
  if (others.length === 0) return [await estimate(reader, from, first.call)]
  try {
    const blocks = await reader.simulateBlocks({
      blocks: transactions.flatMap(({ call, afterBlocks = 0 }) => [
        // One block lies between them anyway.
        ...Array.from({ length: Math.max(0, afterBlocks - 1) }, () => ({ calls: [] })),
        { calls: [{ account: from, to: call.to, data: call.data }] },
      ]),
    })
    const results = blocks.flatMap(({ calls }) => calls)
    return transactions.map(({ call }, i) => {
      const result = results[i]
      if (result?.status === 'success') return (result.gasUsed * 11n) / 10n
      throw refusalOf(revertOf(result?.data, result?.error), call)
    })
  } catch (error) {
    if (!isMissing(error)) throw error
    return [await estimate(reader, from, first.call), ...others.map(() => null)]
  }
}

/** A simulated revert, in the form in which `eth_call` reports one. */
function revertOf(data: Hex | undefined, cause: Error | undefined): Error {
  return Object.assign(new BaseError(cause?.message ?? 'execution reverted', cause && { cause }), { data })
}

function isMissing(error: unknown): boolean {
  return (
    error instanceof BaseError &&
    error.walk((one) => one instanceof MethodNotFoundRpcError || one instanceof MethodNotSupportedRpcError) !== null
  )
}
