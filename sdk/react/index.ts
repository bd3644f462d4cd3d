'use client'

// wagmi hooks over the actions. Reads take the deployment and what is read; writes take the deployment, and the rest when
// they are called. All of them give what TanStack Query gives.

import { claim } from '../actions/claim.ts'
import { claimBySig } from '../actions/claimBySig.ts'
import { claimTo } from '../actions/claimTo.ts'
import { closeChannel } from '../actions/closeChannel.ts'
import { contribute } from '../actions/contribute.ts'
import { deposit } from '../actions/deposit.ts'
import { getBook } from '../actions/getBook.ts'
import { getChannel } from '../actions/getChannel.ts'
import { getEarnings } from '../actions/getEarnings.ts'
import { getModel } from '../actions/getModel.ts'
import { openAccount } from '../actions/openAccount.ts'
import { openChannel } from '../actions/openChannel.ts'
import { rate } from '../actions/rate.ts'
import { settle } from '../actions/settle.ts'
import { settleAndClaim } from '../actions/settleAndClaim.ts'
import { signClaim } from '../actions/signClaim.ts'
import { signContribution } from '../actions/signContribution.ts'
import { signVoucher } from '../actions/signVoucher.ts'
import type { BookKey } from '../book.ts'
import type { ChannelKey } from '../channel.ts'
import type { Deployment } from '../deployment.ts'
import { useLedgerMutation } from './useLedgerMutation.ts'
import { useLedgerQuery } from './useLedgerQuery.ts'

/** What a read waits for: undefined until it is known. */
type Known<value> = value | undefined

/**
 * What an account can claim, and what is pending.
 *
 * @example
 * const { data } = useEarnings({ deployment, account: 7 })
 */
export const useEarnings = ({ deployment, account }: { deployment: Deployment; account: Known<number> }) =>
  useLedgerQuery('earnings', getEarnings, { deployment, account: account as number }, account !== undefined)

export const useChannel = ({ deployment, channel }: { deployment: Deployment; channel: Known<ChannelKey> }) =>
  useLedgerQuery('channel', getChannel, { deployment, channel: channel as ChannelKey }, channel !== undefined)

export const useBook = ({ deployment, book }: { deployment: Deployment; book: Known<BookKey> }) =>
  useLedgerQuery('book', getBook, { deployment, book: book as BookKey }, book !== undefined)

export const useModel = ({ deployment, model }: { deployment: Deployment; model: Known<number> }) =>
  useLedgerQuery('model', getModel, { deployment, model: model as number }, model !== undefined)

/**
 * Pays out an account's earnings.
 *
 * @example
 * const { mutate } = useClaim(deployment)
 * mutate({ account: 7, shares: data.shares })
 */
export const useClaim = (deployment: Deployment) => useLedgerMutation(claim, deployment)
export const useClaimTo = (deployment: Deployment) => useLedgerMutation(claimTo, deployment)
export const useSignClaim = (deployment: Deployment) => useLedgerMutation(signClaim, deployment)
export const useClaimBySig = (deployment: Deployment) => useLedgerMutation(claimBySig, deployment)
export const useSettle = (deployment: Deployment) => useLedgerMutation(settle, deployment)
export const useSettleAndClaim = (deployment: Deployment) => useLedgerMutation(settleAndClaim, deployment)
export const useOpenAccount = (deployment: Deployment) => useLedgerMutation(openAccount, deployment)
export const useContribute = (deployment: Deployment) => useLedgerMutation(contribute, deployment)
export const useSignContribution = (deployment: Deployment) => useLedgerMutation(signContribution, deployment)
export const useOpenChannel = (deployment: Deployment) => useLedgerMutation(openChannel, deployment)
export const useDeposit = (deployment: Deployment) => useLedgerMutation(deposit, deployment)
export const useSignVoucher = (deployment: Deployment) => useLedgerMutation(signVoucher, deployment)
export const useCloseChannel = (deployment: Deployment) => useLedgerMutation(closeChannel, deployment)
export const useRate = (deployment: Deployment) => useLedgerMutation(rate, deployment)
