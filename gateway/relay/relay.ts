import { type Hex, isAddressEqual, type LocalAccount, zeroAddress } from 'viem'
import type { SignedClaim } from '../../sdk/actions/signClaim.ts'
import { walletOn } from '../../sdk/chain.ts'
import { callTo, estimate, RefusedError } from '../../sdk/contractCall.ts'
import type { Connection } from '../../sdk/contracts.ts'
import { NodeRefusal } from '../../sdk/node/transactions/broadcast.ts'
import { transact } from '../../sdk/node/transactions/transact.ts'
import type { Budgets, Reserved } from './budgets.ts'

/** Why a claim is not relayed, and what to do, with the HTTP status that says so. */
export class NotRelayed extends Error {
  readonly status: 400 | 409 | 429 | 503

  constructor(status: NotRelayed['status'], message: string) {
    super(message)
    this.status = status
  }
}

/** Sends `claimBySig` for others, and pays for it: nothing else, and within its budgets. */
export interface Relay {
  /** Resolves with the transaction once it is in a block. The same claim is sent once, however often it is asked for. */
  submit(claim: SignedClaim): Promise<Hex>
}

export interface RelayOptions {
  readonly connection: Connection
  /** Pays the gas. No other transactions may be sent by it meanwhile. */
  readonly account: LocalAccount
  readonly budgets: Budgets
}

/** Claims that wait for their turn; one transaction is under way at a time. */
const MOST_WAITING = 50
const MOST_REMEMBERED = 1_000
/** A claim must not expire before it is in a block. */
const SECONDS_LEFT = 60n

export function createRelay({ connection, account, budgets }: RelayOptions): Relay {
  const { reader, contracts } = connection
  const wallet = walletOn(reader, account)
  const sent = new Map<Hex, Promise<Hex>>()
  let turn: Promise<unknown> = Promise.resolve()
  let waiting = 0

  const send = async (claim: SignedClaim): Promise<Hex> => {
    const call = callTo(contracts.earnings, 'claimBySig', [
      claim.account,
      claim.to,
      claim.minGwei,
      claim.deadline,
      claim.signature,
    ])
    await checkClaim(connection, claim)
    const [gas, { maxFeePerGas }] = await Promise.all([
      estimate(reader, account.address, call),
      reader.estimateFeesPerGas(),
    ])
    const reserved = budgets.reserve(claim.account, gas * maxFeePerGas)
    if ('refused' in reserved) throw new NotRelayed(429, reserved.refused)
    return await sendWithin(reserved, async () => {
      const { transactionHash, gasUsed, effectiveGasPrice } = await transact(reader, wallet, call)
      return { hash: transactionHash, wei: gasUsed * effectiveGasPrice }
    })
  }

  const inTurn = async (claim: SignedClaim): Promise<Hex> => {
    if (waiting >= MOST_WAITING) throw new NotRelayed(503, 'Too many claims wait here; try again in a minute')
    waiting += 1
    const mine = turn.then(() => send(claim))
    turn = mine.catch(() => {})
    try {
      return await mine
    } catch (error) {
      if (error instanceof RefusedError) throw new NotRelayed(409, `The claim would be refused: ${error.message}`)
      throw error
    } finally {
      waiting -= 1
    }
  }

  return {
    submit: (claim) => {
      const known = sent.get(claim.signature)
      if (known !== undefined) return known
      const sending = inTurn(claim)
      sent.set(claim.signature, sending)
      const [oldest] = sent.keys()
      if (sent.size > MOST_REMEMBERED && oldest !== undefined) sent.delete(oldest)
      // What was not sent may be asked for again.
      sending.catch(() => sent.delete(claim.signature))
      return sending
    },
  }
}

async function sendWithin(
  reserved: Reserved,
  send: () => Promise<{ readonly hash: Hex; readonly wei: bigint }>,
): Promise<Hex> {
  try {
    const { hash, wei } = await send()
    reserved.spent(wei)
    return hash
  } catch (error) {
    // Refused before it was sent; anything else may still be mined, and stays set aside.
    if (error instanceof RefusedError || error instanceof NodeRefusal) reserved.spent(0n)
    throw error
  }
}

/** What a person can mend, in words; the contract checks the rest. */
async function checkClaim({ reader, contracts }: Connection, claim: SignedClaim): Promise<void> {
  if (isAddressEqual(claim.to, zeroAddress)) throw new NotRelayed(400, 'to is the zero address; name one of yours')
  const { timestamp } = await reader.getBlock()
  if (claim.deadline < timestamp + SECONDS_LEFT) {
    throw new NotRelayed(400, 'deadline is over, or in less than a minute; sign the claim again')
  }
  const asked = { ...contracts.accounts, functionName: 'payoutOf', args: [claim.account] } as const
  const holder = await reader.readContract(asked).catch((cause: unknown) => {
    if (!`${cause}`.includes('Accounts_UnknownAccount')) throw cause
    throw new NotRelayed(400, `account: there is no account ${claim.account}`)
  })
  const nonce = await reader.readContract({ ...contracts.earnings, functionName: 'nonces', args: [holder] })
  if (claim.nonce !== nonce) {
    throw new NotRelayed(
      409,
      `nonce is ${claim.nonce}, and account ${claim.account} is at ${nonce}; sign the claim again`,
    )
  }
}
