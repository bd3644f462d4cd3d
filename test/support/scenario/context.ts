import { encodeFunctionData, type Hex, keccak256, type LocalAccount, toHex, zeroHash } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { commitAct } from '../../../sdk/challenge.ts'
import { type ContractCall, callTo } from '../../../sdk/contractCall.ts'
import { transact } from '../../../sdk/node/transactions/transact.ts'
import type { LocalLedger } from '../localLedger.ts'
import type { Random } from '../random.ts'

/** Where a scenario plays: a ledger, chance, and what all parts of it do again and again. */
export interface Context {
  readonly ledger: LocalLedger
  readonly random: Random
  /** Everyone who may hold an account. */
  readonly everyone: readonly LocalAccount[]
  send(from: LocalAccount, call: ContractCall): Promise<unknown>
  govern(call: ContractCall): Promise<unknown>
  accountOf(holder: LocalAccount): Promise<number>
  /** Which of the parties is paid as that account. */
  holderOf(account: number): Promise<LocalAccount>
  /** Announces a proof and sends it as soon as the courts take it. */
  challenge(challenger: LocalAccount, call: ContractCall): Promise<unknown>
  /** The contracts' clock, after the newest block. */
  now(): Promise<number>
  /** Puts down a bond; the deployer holds all OPEN. */
  deposit(bond: bigint, amountGwei: bigint): Promise<unknown>
}

/** Acts of a scenario: each does one thing, or is refused by the contracts, or finds nothing to do it with (RangeError). */
export type Actions = Readonly<Record<string, () => Promise<unknown>>>

/** @param hasVotes The timelock executes what governance does, as after a vote; else its account sends it. */
export function contextOn(ledger: LocalLedger, random: Random, hasVotes: boolean): Context {
  const { connection, wallets, walletOf, governance, passSeconds } = ledger
  const { reader, contracts } = connection
  const everyone = [
    wallets.owner,
    wallets.operator,
    wallets.baseOwner,
    wallets.curator,
    wallets.treasury,
    ...wallets.payers,
    ...wallets.contributors,
  ]
  let decisions = 0
  const send: Context['send'] = (from, call) => transact(reader, walletOf(from), call)
  return {
    ledger,
    random,
    everyone,
    send,
    // Without votes, its account is the node's: nobody has its key.
    govern: (call) => (hasVotes ? decide(ledger, ++decisions, call) : transact(reader, governance, call)),
    accountOf: (holder) =>
      reader.readContract({ ...contracts.accounts, functionName: 'accountOf', args: [holder.address] }),
    holderOf: async (account) => {
      if (account === 0) throw new RangeError('Nobody holds it')
      const args = [account] as const
      const payout = await reader.readContract({ ...contracts.accounts, functionName: 'payoutOf', args })
      const holder = everyone.find(({ address }) => address === payout)
      if (holder === undefined) throw new RangeError('None of the wallets holds the account')
      return holder
    },
    challenge: async (challenger, call) => {
      await send(challenger, commitAct(contracts, challenger.address, call))
      // A node estimates gas as if it were still the last block.
      for (let block = 0; block < 2; block++) await passSeconds(1)
      return await send(challenger, call)
    },
    now: () => reader.readContract({ ...contracts.clock, functionName: 'time' }),
    deposit: (bond, amountGwei) => send(wallets.deployer, callTo(contracts.bonds, 'deposit', [bond, amountGwei])),
  }
}

const PROPOSER_ROLE = keccak256(toHex('PROPOSER_ROLE'))

/** The deployer may propose, and what it proposes is executed at once: a game has no time for votes. */
export async function shortenVotes({ connection, governance, wallets }: LocalLedger): Promise<void> {
  const { reader, contracts } = connection
  const { timelock } = contracts
  await transact(reader, governance, callTo(timelock, 'grantRole', [PROPOSER_ROLE, wallets.deployer.address]))
  await transact(reader, governance, callTo(timelock, 'updateDelay', [0n]))
}

/** The timelock executes a call, and says so, as after any vote. */
async function decide({ connection, walletOf, wallets }: LocalLedger, salt: number, call: ContractCall) {
  const { reader, contracts } = connection
  const { timelock } = contracts
  const deployer = walletOf(wallets.deployer)
  const operation = [call.to, 0n, call.data, zeroHash, toHex(salt, { size: 32 })] as const
  await transact(reader, deployer, callTo(timelock, 'schedule', [...operation, 0n]))
  // It may carry ether, so `callTo` does not know it.
  const data = encodeFunctionData({ abi: timelock.abi, functionName: 'execute', args: operation })
  const execute = { contract: 'TimelockController', name: 'execute', args: operation, to: timelock.address, data }
  return await transact(reader, deployer, execute)
}

/** A key of its own for each name. */
export function keyNamed(name: string): LocalAccount {
  return privateKeyToAccount(keccak256(toHex(name)))
}

/** What operators sign receipts with. */
export const receiptKey = keyNamed('receipts of the scenario')

const VOUCHER_KEYS = Array.from({ length: 4 }, (_, i) => keyNamed(`vouchers of the scenario ${i}`))

export function anySigner({ random }: Context): LocalAccount {
  return random.pick(VOUCHER_KEYS)
}

/** Whose key it is; a channel keeps the signer that it was given. */
export function signerWith(address: Hex): LocalAccount {
  const found = VOUCHER_KEYS.find((key) => key.address === address)
  if (found === undefined) throw new RangeError('No key of the scenario')
  return found
}
