import type { ChannelState } from '@attribution-ledger/sdk'
import type { Payer } from '../../ask/usePayer.ts'
import { dateAndTime, distance, openParts } from '../../format.ts'
import { useChainHead } from '../../ledger/useChainHead.ts'
import { useReader } from '../../ledger/useReader.ts'
import { useAct } from '../../wallet/useAct.ts'

const ALL_GWEI = 2n ** 64n - 1n
/** How long a request counts. */
const WITHDRAWN_WITHIN_SECONDS = 7 * 86_400

/** Two steps, so that the operator can record what it answered before the rest leaves. */
export function Withdraw({ payer, channel, leftGwei }: { payer: Payer; channel: ChannelState; leftGwei: bigint }) {
  const { channels } = useReader().contracts
  const { data: head } = useChainHead()
  const { act, told, isBusy } = useAct()
  const { leavingGwei, leavesAt } = channel
  const now = head?.timestamp ?? 0
  const isRequested = leavingGwei > 0n && now < leavesAt + WITHDRAWN_WITHIN_SECONDS
  const from = `${dateAndTime(leavesAt)} UTC, ${distance(leavesAt, now)}`
  const requestOf = (gwei: bigint) => ({
    ...channels,
    functionName: 'requestChannelWithdrawal',
    args: [payer.key, gwei],
  })
  const withdraw = { ...channels, functionName: 'withdrawChannel', args: [payer.key] }
  return (
    <div className="stack">
      {isRequested ? (
        <div className="row">
          <button
            type="button"
            className="btn"
            disabled={isBusy || now < leavesAt}
            onClick={() => void act(withdraw, 'Withdrawn. It is in your wallet.')}
          >
            Withdraw {openParts(leavingGwei).digits} OPEN
          </button>
          <button
            type="button"
            className="btn ghost"
            disabled={isBusy}
            onClick={() => void act(requestOf(0n), 'It stays in the channel.')}
          >
            Keep it there
          </button>
        </div>
      ) : (
        <button
          type="button"
          className="btn"
          disabled={isBusy || leftGwei <= 0n}
          onClick={() =>
            void act(
              requestOf(ALL_GWEI),
              'Requested. Until you can withdraw it, the operator records what it answered.',
            )
          }
        >
          Request a withdrawal
        </button>
      )}
      <p role="status" className="small muted">
        {told ??
          (isRequested && now < leavesAt
            ? `Requested. You can withdraw it from ${from}.`
            : 'What vouchers do not cover cannot be charged. What is left comes back to your wallet.')}
      </p>
    </div>
  )
}
