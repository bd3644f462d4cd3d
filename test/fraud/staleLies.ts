import type { LocalAccount } from 'viem'
import { bondOfAccount } from '../../sdk/bond.ts'
import { commitAct } from '../../sdk/challenge.ts'
import { callTo } from '../../sdk/contractCall.ts'
import { transact } from '../../sdk/node/transactions/transact.ts'
import { type ClaimToSign, claimTypedData } from '../../sdk/typedData.ts'
import type { DrawnCall } from '../support/localBatches.ts'
import { accusations, demandOf } from './accusations.ts'
import type { Context } from './context.ts'
import type { Deceit, Deceits } from './deceit.ts'
import type { Draw } from './draw.ts'

/** Requests, signatures and commitments that are not good yet, not any more, or not for anyone who brings them. */
export interface Stale {
  /** Before what was asked for is due. */
  readonly early: Deceits
  /** Long after it was. */
  readonly late: Deceits
}

/** Longer than any notice and the seven days after it. */
export const EXPIRY_SECONDS = 12 * 86_400

const ASKED_GWEI = 1_000_000_000n

/** Asks for what will be stale. */
export async function askInTime(context: Context): Promise<Stale> {
  const { local, honest, griefer, draw } = context
  const { reader, contracts } = local.connection
  const { channels, bonds, earnings } = contracts
  const payer = local.wallets.payers[0] as LocalAccount
  const { id: _, signer: __, ...channel } = honest.fresh
  const bond = bondOfAccount(griefer.account)
  const committed = (await accusations['an honest unit is called false']?.(context, draw)) as Deceit
  const sent = [
    [payer, callTo(channels, 'requestChannelWithdrawal', [channel, ASKED_GWEI])],
    [griefer.signer, callTo(bonds, 'requestWithdrawal', [bond, ASKED_GWEI])],
    [griefer.signer, commitAct(contracts, griefer.signer.address, committed.call)],
    // So that a claim that was signed before is used up.
    [honest.signer, callTo(earnings, 'cancelSignature', [])],
  ] as const
  for (const [by, call] of sent) await transact(reader, local.walletOf(by), call)

  const withdraw = callTo(channels, 'withdrawChannel', [channel])
  const leave = callTo(bonds, 'withdraw', [bond])
  const later = async (by: LocalAccount, call: Deceit['call'], error: string): Promise<Deceit> => ({ by, call, error })
  return {
    early: {
      'a deposit before its notice is over': () => later(payer, withdraw, 'Channels_LeavesLater'),
      'a bond before its notice is over': () => later(griefer.signer, leave, 'Bonds_LeavesLater'),
      'a deposit of somebody else': () =>
        later(griefer.signer, callTo(channels, 'requestChannelWithdrawal', [channel, ASKED_GWEI]), 'Channels_NotPayer'),
      'a bond of somebody else': () =>
        later(
          griefer.signer,
          callTo(bonds, 'requestWithdrawal', [bondOfAccount(honest.account), ASKED_GWEI]),
          'Bonds_NotHolder',
        ),
    },
    late: {
      'a deposit that was asked for long ago': () => later(payer, withdraw, 'Channels_RequestExpired'),
      'a bond that was asked for long ago': () => later(griefer.signer, leave, 'Bonds_RequestExpired'),
      'a challenge that was committed to long ago': () => later(griefer.signer, committed.call, 'Commitments_Expired'),
      'a receipt of long ago': async (_, drawn) => {
        const [call] = honest.batches[0]?.calls ?? []
        const demand = demandOf(context, drawn, (call as DrawnCall).receipt)
        return { by: griefer.signer, call: demand, error: 'Court_DemandTooLate', isCommitted: true }
      },
      'a claim that somebody else signed': claim('Earnings_BadSignature', () => ({ signer: griefer.signer })),
      'a claim to another address': claim('Earnings_BadSignature', () => ({ to: griefer.signer.address })),
      'a claim of somebody else': claim('Earnings_BadSignature', () => ({ account: context.liar.account })),
      'a claim that was used up': claim('Earnings_BadSignature', ({ nonce }) => ({ signed: { nonce: nonce - 1n } })),
      'a claim past its time': claim('Earnings_SignatureExpired', (fair, drawn) => {
        const deadline = fair.deadline - BigInt(86_400 + drawn.below(86_400))
        return { signed: { deadline }, deadline }
      }),
      'a claim of more than was earned': claim('Earnings_LessThanSigned', (_, drawn) => {
        const minGwei = 10n ** 18n + BigInt(drawn.below(1_000_000))
        return { signed: { minGwei }, minGwei }
      }),
      'a claim of nothing': () =>
        later(griefer.signer, callTo(earnings, 'claim', [griefer.account]), 'Earnings_NothingToClaim'),
    },
  }
}

/** What is changed of a claim: what was signed, and what is brought. */
type Changed = Partial<ClaimToSign> & { readonly signer?: LocalAccount; readonly signed?: Partial<ClaimToSign> }

function claim(error: string, lie: (fair: ClaimToSign, draw: Draw) => Changed) {
  return async (context: Context, draw: Draw): Promise<Deceit> => {
    const { local, honest, griefer } = context
    const { reader, contracts } = local.connection
    const { earnings, clock } = contracts
    const to = honest.signer.address
    const [nonce, time] = await Promise.all([
      reader.readContract({ ...earnings, functionName: 'nonces', args: [to] }),
      reader.readContract({ ...clock, functionName: 'time' }),
    ])
    const fair: ClaimToSign = { account: honest.account, to, minGwei: 1n, nonce, deadline: BigInt(time) + 3_600n }
    const brought = async ({ signer = honest.signer, signed = {}, ...told }: Changed) => {
      const place = { chainId: reader.chain.id, address: earnings.address }
      const signature = await signer.signTypedData(claimTypedData(place, { ...fair, ...signed }))
      const { account, to: address, minGwei, deadline } = { ...fair, ...told }
      return callTo(earnings, 'claimBySig', [account, address, minGwei, deadline, signature])
    }
    const [call, truth] = await Promise.all([brought(lie(fair, draw)), brought({})])
    return { by: griefer.signer, call, error, honest: truth }
  }
}
