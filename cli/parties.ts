import type { Address } from 'viem'
import { callTo } from '../sdk/contractCall.ts'
import type { Connection } from '../sdk/contracts.ts'
import { StopError } from '../sdk/errors.ts'
import type { PlannedTransaction } from '../sdk/node/transactions/plan.ts'
import { formatOpen, WEI_PER_GWEI } from '../sdk/units.ts'
import { senderOf } from './carryOut.ts'
import type { Context } from './context.ts'
import { addressValue, id } from './values.ts'

/** The account of an address, 0 if it has none. */
export async function accountOf({ reader, contracts }: Connection, holder: Address): Promise<number> {
  return await reader.readContract({ ...contracts.accounts, functionName: 'accountOf', args: [holder] })
}

/** The signer's account. */
export async function ownAccount(context: Context, remedy: string): Promise<number> {
  const holder = await senderOf(context)
  const account = await accountOf(await context.connection(), holder)
  if (account > 0) return account
  throw new StopError(`${holder} has no account`, {}, remedy)
}

/** An account by its number, or by the address that it is paid to. */
export async function accountNamed(connection: Connection, text: string): Promise<number> {
  if (/^\d+$/.test(text)) return id(text)
  const account = await accountOf(connection, addressValue(text))
  if (account > 0) return account
  throw new StopError(`${text} has no account`, {}, 'Open one with `attribution account open`.')
}

/** Lets a contract take OPEN of `from`, where it may not already. */
export async function approvalOf(
  { reader, contracts }: Connection,
  from: Address,
  spender: { readonly name: string; readonly address: Address },
  amountGwei: bigint,
): Promise<readonly PlannedTransaction[]> {
  const { openToken } = contracts
  const amountWei = amountGwei * WEI_PER_GWEI
  const args = [from, spender.address] as const
  const allowed = await reader.readContract({ ...openToken, functionName: 'allowance', args })
  if (allowed >= amountWei) return []
  return [
    {
      call: callTo(openToken, 'approve', [spender.address, amountWei]),
      effect: `Let ${spender.name} take ${formatOpen(amountGwei)} OPEN`,
    },
  ]
}
