import type { EventOrigin } from '../../chain/events/eventOrigin.ts'

export interface Pauses {
  pausedAt: bigint
  endsAt: bigint
  stoppedSeconds: bigint
  lastEnd: bigint
  usedSeconds: bigint
  at: EventOrigin | undefined
}

export const noPauses = (): Pauses => ({
  pausedAt: 0n,
  endsAt: 0n,
  stoppedSeconds: 0n,
  lastEnd: 0n,
  usedSeconds: 0n,
  at: undefined,
})
