import { bondOfAccount, bondOfModel, holderOfBond } from '../../sdk/bond.ts'
import type { Wallet } from '../../sdk/chain.ts'
import type { Connection } from '../../sdk/contracts.ts'
import { StopError } from '../../sdk/errors.ts'
import { act, transact } from '../../sdk/transact.ts'
import { WEI_PER_GWEI } from '../../sdk/units.ts'

/** Bonds: what an operator and a model's owner stand to lose over a wrong record, and without which nothing is recorded. */

/** Deposits what a bond has not been given yet, counting what was slashed or taken back. */
export async function ensureBond(
  connection: Connection,
  depositor: Wallet,
  bond: bigint,
  amountGwei: bigint,
): Promise<void> {
  const missingGwei = amountGwei - (await depositedGwei(connection, bond))
  if (missingGwei > 0n) await depositBond(connection, depositor, bond, missingGwei)
}

export async function depositBond(
  { reader, contracts }: Connection,
  depositor: Wallet,
  bond: bigint,
  amountGwei: bigint,
): Promise<void> {
  const { ledger, openToken } = contracts
  await transact(reader, depositor, act(openToken, 'approve', [ledger.address, amountGwei * WEI_PER_GWEI]))
  await transact(reader, depositor, act(ledger, 'depositBond', [bond, amountGwei]))
}

/** What a bond must hold for `feesGwei` that can be struck, when it answers for nothing else. */
export async function coverFor({ reader, contracts }: Connection, feesGwei: bigint): Promise<bigint> {
  const rule = await reader.readContract({ ...contracts.ledger, functionName: 'bondRule' })
  return rule.minimumGwei + (feesGwei * BigInt(rule.ratioBps) + 9_999n) / 10_000n
}

/** Refuses to serve calls that no bond would cover: the Ledger would refuse their batch. */
export async function requireBonds(
  connection: Connection,
  { operator, model }: { readonly operator: number; readonly model: number },
  feesGwei: bigint,
): Promise<void> {
  await Promise.all(
    [bondOfAccount(operator), bondOfModel(model)].map((bond) => requireBond(connection, bond, feesGwei)),
  )
}

async function requireBond({ reader, contracts }: Connection, bond: bigint, feesGwei: bigint): Promise<void> {
  const { ledger } = contracts
  const [{ balanceGwei, isStopped }, requiredGwei] = await Promise.all([
    reader.readContract({ ...ledger, functionName: 'bondStateOf', args: [bond] }),
    reader.readContract({ ...ledger, functionName: 'requiredBondOf', args: [bond, feesGwei] }),
  ])
  const { kind, number } = holderOfBond(bond)
  if (isStopped) {
    throw new StopError(
      `Model ${number} was stopped: its influence index was found false, or a demanded row was not shown`,
      { model: number },
      'Register the model again with a true index; no call was served.',
    )
  }
  if (balanceGwei < requiredGwei) {
    throw new StopError(
      `The bond of ${kind} ${number} holds ${balanceGwei} gwei-OPEN, and to record these calls it must hold ${requiredGwei}`,
      { bond, feesGwei },
      `Deposit the rest with \`npm run bond -- deposit --${kind} ${number}\`; no call was served.`,
    )
  }
}

async function depositedGwei({ reader, contracts, fromBlock }: Connection, bond: bigint): Promise<bigint> {
  const events = await reader.getContractEvents({
    ...contracts.ledger,
    eventName: 'BondDeposited',
    args: { bond },
    fromBlock,
    strict: true,
  })
  return events.reduce((sum, { args }) => sum + args.amountGwei, 0n)
}
