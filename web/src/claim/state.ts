import type { Address, Hash } from 'viem'

/** Where a claim is: Simulated → Signed → Sent → Included → Final, and every way off that path. */
export type ClaimState =
  | { readonly step: 'ready' }
  | { readonly step: 'wallet' }
  | { readonly step: 'declined' }
  | { readonly step: 'refused'; readonly why: string }
  | { readonly step: 'sent'; readonly hash: Hash; readonly replaced?: boolean | undefined }
  | { readonly step: 'reverted'; readonly hash: Hash | undefined }
  /** Something else went into a block in the place of the claim. */
  | { readonly step: 'cancelled'; readonly hash: Hash }
  | ({ readonly step: 'included' | 'final' } & Included)
  | { readonly step: 'reorged'; readonly hash: Hash }

export interface Included {
  readonly hash: Hash
  readonly amountGwei: bigint
  readonly to: Address
  readonly block: number
  readonly blockHash: Hash
}

/** Whether a claim is under way, so that no other should begin. */
export function isBusy({ step }: ClaimState): boolean {
  return step === 'wallet' || step === 'sent'
}

/** What is told of an error of a wallet, a node or the contracts. */
export function failed(error: unknown, sent: Hash | undefined): ClaimState {
  if (isDecline(error)) return { step: 'declined' }
  const isRevert = error instanceof Error && /reverted although it passed/.test(error.message)
  if (isRevert) return { step: 'reverted', hash: sent }
  const isOther = error instanceof Error && /emitted no RewardClaimed/.test(error.message)
  if (isOther && sent !== undefined) return { step: 'cancelled', hash: sent }
  return { step: 'refused', why: reasonOf(error) }
}

/** EIP-1193: the user said no. */
const DECLINED = 4001

export function isDecline(error: unknown): boolean {
  for (let at = error; at instanceof Object; at = (at as { cause?: unknown }).cause) {
    if ((at as { code?: unknown }).code === DECLINED) return true
  }
  return false
}

export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { shortMessage, remedy } = error as { shortMessage?: string; remedy?: string }
  return [shortMessage ?? error.message, remedy].filter((part) => part !== undefined).join(' ')
}
