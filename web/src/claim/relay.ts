import type { SignedClaim } from '@attribution-ledger/sdk'
import type { Hash } from 'viem'

/** Hands a signed claim to the relayer, who sends `claimBySig` and pays for it. Resolves with the transaction. */
export async function relayClaim(relayUrl: string, signed: SignedClaim): Promise<Hash> {
  const { account, to, minGwei, deadline, nonce, signature } = signed
  const body = { account, to, minGwei: `${minGwei}`, deadline: `${deadline}`, nonce: `${nonce}`, signature }
  const response = await fetch(relayUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const answer = (await response.json().catch(() => ({}))) as { transactionHash?: Hash; error?: string }
  if (response.ok && answer.transactionHash !== undefined) return answer.transactionHash
  throw new Error(answer.error ?? `The relayer answered ${response.status}. You can still claim by a transaction.`)
}
