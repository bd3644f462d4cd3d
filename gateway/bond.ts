import { holderOfBond } from '../sdk/bond.ts'
import type { Wallet } from '../sdk/chain.ts'
import { callTo } from '../sdk/contractCall.ts'
import type { Connection } from '../sdk/contracts.ts'
import { transact } from '../sdk/node/transactions/transact.ts'
import { formatOpen, WEI_PER_GWEI } from '../sdk/units.ts'

/** Bonds: what an operator and a model's owner stand to lose over a wrong record, and without which nothing is recorded. */

/** What a batch adds to what an operator's bond must cover. */
export interface Exposure {
  readonly feesGwei: bigint
  readonly records: number
}

/** A bond that covers less than it must, and by how much. */
export interface BondGap {
  readonly bond: bigint
  readonly coveringGwei: bigint
  readonly requiredGwei: bigint
}

/** Deposits what a bond has not been given yet, counting what was slashed or withdrawn. */
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
  const { bonds, openToken } = contracts
  await transact(reader, depositor, callTo(openToken, 'approve', [bonds.address, amountGwei * WEI_PER_GWEI]))
  await transact(reader, depositor, callTo(bonds, 'deposit', [bond, amountGwei]))
}

/** What a bond must hold for so many fees and records, when it answers for nothing else. */
export async function coverFor({ reader, contracts }: Connection, { feesGwei, records }: Exposure): Promise<bigint> {
  const rule = await reader.readContract({ ...contracts.bonds, functionName: 'rule' })
  return rule.minimumGwei + exposureGwei(rule, { feesGwei, records })
}

/** What an operator's bond lacks for another batch; undefined where it covers it. */
export async function operatorGap(
  { reader, contracts }: Connection,
  bond: bigint,
  added: Exposure,
): Promise<BondGap | undefined> {
  const [state, rule] = await Promise.all([
    reader.readContract({ ...contracts.bonds, functionName: 'bondStateOf', args: [bond] }),
    reader.readContract({ ...contracts.bonds, functionName: 'rule' }),
  ])
  const requiredGwei = rule.minimumGwei + state.exposedGwei + exposureGwei(rule, added)
  return gapOf(bond, coveringOf(state), requiredGwei)
}

/** A gap in a sentence. */
export function describeGap({ bond, coveringGwei, requiredGwei }: BondGap): string {
  const { kind, number } = holderOfBond(bond)
  return `the bond of ${kind} ${number} covers ${formatOpen(coveringGwei)} OPEN, and must cover ${formatOpen(requiredGwei)}`
}

function exposureGwei(
  rule: { readonly ratioBps: number; readonly perRecordGwei: bigint },
  { feesGwei, records }: Exposure,
): bigint {
  return (feesGwei * BigInt(rule.ratioBps) + 9_999n) / 10_000n + BigInt(records) * rule.perRecordGwei
}

function coveringOf({
  balanceGwei,
  leavingGwei,
  heldGwei,
}: {
  readonly balanceGwei: bigint
  readonly leavingGwei: bigint
  readonly heldGwei: bigint
}): bigint {
  return balanceGwei - leavingGwei - heldGwei
}

function gapOf(bond: bigint, coveringGwei: bigint, requiredGwei: bigint): BondGap | undefined {
  return coveringGwei < requiredGwei ? { bond, coveringGwei, requiredGwei } : undefined
}

async function depositedGwei({ reader, contracts, fromBlock }: Connection, bond: bigint): Promise<bigint> {
  const events = await reader.getContractEvents({
    ...contracts.bonds,
    eventName: 'BondDeposited',
    args: { bond },
    fromBlock,
    strict: true,
  })
  return events.reduce((sum, { args }) => sum + args.amountGwei, 0n)
}
