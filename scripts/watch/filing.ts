import { type Hex, type LocalAccount, zeroHash } from 'viem'
import type { Connection } from '../../sdk/contracts.ts'
import { COMMIT_BLOCKS, commitAct, commitmentOf, saltOf } from '../../sdk/court/proofs.ts'
import type { RecordProof } from '../../sdk/recordProof.ts'
import type { Act } from '../../sdk/transact.ts'
import { actOf, type Challenge, isAnnounced, subjectOf } from './challenge.ts'
import type { Outcome, Sender } from './sender.ts'

/**
 * Puts challenges before the Court: announces each, and sends it two blocks later. Nothing is remembered that the chain does not
 * know: what was struck already is passed over, what was announced already is sent, whoever did it and whenever.
 */
export interface Filing {
  /** Does what can be done at `blockNumber`, and says what comes of it as it comes. */
  file(challenges: readonly Challenge[], blockNumber: bigint, told: (filed: Filed) => void): Promise<void>
}

export type Filed = { readonly challenge: Challenge } & (
  | { readonly kind: 'settled' }
  /** Announced in this round, or earlier and not old enough. */
  | { readonly kind: 'announced'; readonly now: boolean }
  | { readonly kind: 'sent'; readonly outcome: Outcome }
)

export interface FilingOptions {
  readonly connection: Connection
  readonly signer: LocalAccount
  readonly sender: Sender
}

/** So many are looked at in one round, and so many sent before the first is waited for. */
const CHALLENGES_A_ROUND = 64

export function filingOf({ connection, signer, sender }: FilingOptions): Filing {
  const { court } = connection.contracts
  const committedAt = (commitment: Hex) =>
    connection.reader.readContract({ ...court, functionName: 'committedAt', args: [commitment] })

  // Records go on being recorded while an index is challenged, and the proof must stay the one that was announced.
  const announced = new Map<string, Act>()
  // What was refused is tried again after everything else, so that it keeps nothing waiting.
  const refused = new Set<string>()
  const inTurn = (challenges: readonly Challenge[]): readonly Challenge[] => {
    const wasRefused = (challenge: Challenge): number => Number(refused.has(subjectOf(challenge)))
    return challenges.toSorted((a, b) => wasRefused(a) - wasRefused(b)).slice(0, CHALLENGES_A_ROUND)
  }

  const look = async (challenge: Challenge, blockNumber: bigint): Promise<Next> => {
    if (await isSettled(connection, challenge)) return { challenge, step: 'none' }
    if (!isAnnounced(challenge)) return { challenge, step: 'send', act: actOf(court, challenge, zeroHash) }
    const subject = subjectOf(challenge)
    const act = announced.get(subject) ?? actOf(court, challenge, await saltOf(signer, court.address, subject))
    announced.set(subject, act)
    const commitment = commitmentOf(signer.address, act)
    const at = await committedAt(commitment)
    if (at === 0n) return { challenge, step: 'announce', act: commitAct(court, commitment) }
    return blockNumber >= at + COMMIT_BLOCKS ? { challenge, step: 'send', act } : { challenge, step: 'wait' }
  }

  return {
    file: async (challenges, blockNumber, told) => {
      const next = await Promise.all(inTurn(challenges).map((one) => look(one, blockNumber)))
      for (const { challenge, step } of next) {
        if (step === 'none') told({ challenge, kind: 'settled' })
        if (step === 'wait') told({ challenge, kind: 'announced', now: false })
        if (step === 'none' || step === 'send') announced.delete(subjectOf(challenge))
      }
      const acting = next.flatMap((one) => ('act' in one ? [one] : []))
      // What is ready goes first: it may be late, and an announcement has two blocks to wait anyway.
      acting.sort((a, b) => Number(b.step === 'send') - Number(a.step === 'send'))
      if (acting.length === 0) return
      await sender.send(
        acting.map(({ act }) => act),
        (place, outcome) => {
          const { challenge, step } = acting[place] as (typeof acting)[number]
          if (outcome.kind === 'refused') refused.add(subjectOf(challenge))
          else refused.delete(subjectOf(challenge))
          const isAnnouncement = step === 'announce' && outcome.kind === 'mined'
          told(isAnnouncement ? { challenge, kind: 'announced', now: true } : { challenge, kind: 'sent', outcome })
        },
      )
    },
  }
}

type Next =
  | { readonly challenge: Challenge; readonly step: 'none' | 'wait' }
  | { readonly challenge: Challenge; readonly step: 'announce' | 'send'; readonly act: Act }

/** Whether the newest state of the chain leaves nothing to do. */
async function isSettled({ reader, contracts }: Connection, challenge: Challenge): Promise<boolean> {
  const { ledger, court } = contracts
  const isVoided = ({ header, index }: RecordProof) =>
    reader.readContract({ ...ledger, functionName: 'isVoided', args: [header.batch, index] })
  if ('call' in challenge) return await isVoided(challenge.call)
  const args = [challenge.model, challenge.row] as const
  switch (challenge.kind) {
    case 'ForeignRow':
    case 'ConflictingRows':
      return await reader.readContract({ ...court, functionName: 'isRowStruck', args })
    case 'VoidStruckRow':
      return (await Promise.all(challenge.calls.map(isVoided))).every((voided) => voided)
    case 'DemandRow': {
      const { demander } = await reader.readContract({ ...court, functionName: 'demandOf', args })
      return demander !== 0
    }
    case 'CloseDemand':
    case 'ShowRow': {
      const { demander, isShown } = await reader.readContract({ ...court, functionName: 'demandOf', args })
      return demander === 0 || isShown
    }
  }
}
