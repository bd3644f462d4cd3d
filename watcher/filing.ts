import { type Hex, keccak256, type LocalAccount } from 'viem'
import { bookKeyOf } from '../sdk/book.ts'
import { COMMIT_BLOCKS, COMMIT_SECONDS, challengeCommitment, commitAct } from '../sdk/challenge.ts'
import { type ContractCall, callTo } from '../sdk/contractCall.ts'
import type { Connection } from '../sdk/contracts.ts'
import { openBook } from '../sdk/openBook.ts'
import { recordDims } from '../sdk/predictPay.ts'
import { signedReceipt } from '../sdk/receipt.ts'
import { nextPage, settlingOf } from '../sdk/settling.ts'
import type { CaseQueue } from './caseQueue.ts'
import { actsOf, type Challenge, isCommitted, subjectOf } from './challenge.ts'
import type { Outcome, Sender } from './sender.ts'
import { ALL_ROWS, modelIn, unitKey, type WatchState } from './watchState.ts'

/**
 * Files challenges: commits to each, and sends it two blocks later. All state is on chain: a unit
 * already struck or a demand already answered is skipped, and an earlier commitment is used, also
 * one of an earlier process.
 */
export interface Filing {
  /** Does what can be done at `block`, and calls `onFiled` with each outcome at once. */
  file(challenges: readonly Challenge[], block: Moment, onFiled: (filed: Filed) => void): Promise<void>
}

export interface Moment {
  readonly number: bigint
  readonly timestamp: bigint
}

export type Filed = { readonly challenge: Challenge } & (
  | { readonly kind: 'settled' }
  /** Committed to in this round, or earlier and not two blocks old. */
  | { readonly kind: 'committed'; readonly now: boolean }
  | { readonly kind: 'sent'; readonly outcome: Outcome }
)

export interface FilingOptions {
  readonly connection: Connection
  readonly state: WatchState
  readonly cases: CaseQueue
  readonly signer: LocalAccount
  readonly sender: Sender
}

/** The most challenges of a round, all sent before the first is awaited. */
const CHALLENGES_A_ROUND = 64

export function filingOf({ connection, state, cases, signer, sender }: FilingOptions): Filing {
  const { reader, contracts } = connection

  // The proof that was committed to is the one to send, even if other records of its batch are
  // voided meanwhile.
  const committed = new Map<string, readonly ContractCall[]>()
  // Refused challenges are retried after all others, so that they delay nothing.
  const refused = new Set<string>()
  const inTurn = (challenges: readonly Challenge[]): readonly Challenge[] => {
    const wasRefused = (challenge: Challenge): number => Number(refused.has(subjectOf(challenge)))
    const sorted = challenges.toSorted((a, b) => wasRefused(a) - wasRefused(b))
    return oneOfEachBatch(sorted).slice(0, CHALLENGES_A_ROUND)
  }

  const look = async (challenge: Challenge, now: Moment): Promise<Next> => {
    if (await isSettled(connection, state, challenge)) return { challenge, step: 'none' }
    if (challenge.kind === 'SettleBook') return { challenge, step: 'send', acts: await pageOf(challenge.book) }
    const subject = subjectOf(challenge)
    const acts =
      committed.get(subject) ??
      actsOf(contracts, cases, challenge, await saltOf(signer, contracts.court.address, subject))
    const [first] = acts ?? []
    if (acts === undefined || first === undefined) return { challenge, step: 'none' }
    if (!isCommitted(challenge)) return { challenge, step: 'send', acts }
    committed.set(subject, acts)
    const [block, timestamp] = await committedAt(first)
    const isExpired = now.timestamp >= BigInt(timestamp) + COMMIT_SECONDS
    if (block === 0n || isExpired) {
      return { challenge, step: 'commit', acts: [commitAct(contracts, signer.address, first)] }
    }
    return now.number >= block + COMMIT_BLOCKS ? { challenge, step: 'send', acts } : { challenge, step: 'wait' }
  }

  const committedAt = async (call: ContractCall): Promise<readonly [bigint, number]> => {
    const court = call.contract === contracts.court.name ? contracts.court : contracts.unitCourt
    const args = [challengeCommitment(signer.address, call)] as const
    return await reader.readContract({
      address: court.address,
      abi: contracts.court.abi,
      functionName: 'committedAt',
      args,
    })
  }

  /** The next page of a settlement. The one after it is for the next round. */
  const pageOf = async (book: bigint): Promise<readonly ContractCall[]> => {
    const key = bookKeyOf(book)
    const model = modelIn(state, key.model)
    if (model === undefined) return []
    const kept = (of: bigint) =>
      [...state.batches.values()].filter((batch) => batch.book === of).toSorted((a, b) => a.number - b.number)
    const opened = await openBook(connection, key, recordDims(model.terms), kept)
    const page = await nextPage(connection, await settlingOf(connection, model, opened))
    return page === undefined ? [] : [callTo(contracts.settlement, 'settle', [page])]
  }

  /** Sends the remaining calls of a challenge, each once the one before it is mined. */
  const sendRest = async (
    challenge: Challenge,
    acts: readonly ContractCall[],
    done: (outcome: Outcome) => void,
  ): Promise<void> => {
    for (const [i, call] of acts.entries()) {
      let outcome: Outcome | undefined
      await sender.send([call], (_, its) => {
        outcome = its
      })
      if (outcome === undefined) throw new Error(`A call has no outcome: ${subjectOf(challenge)}`)
      if (outcome.kind !== 'mined' || i === acts.length - 1) done(outcome)
      if (outcome.kind !== 'mined') return
    }
  }

  return {
    file: async (challenges, block, onFiled) => {
      const next: Next[] = []
      for (const challenge of inTurn(challenges)) next.push(await look(challenge, block))
      for (const { challenge, step } of next) {
        if (step === 'none') onFiled({ challenge, kind: 'settled' })
        if (step === 'wait') onFiled({ challenge, kind: 'committed', now: false })
        if (step === 'none' || step === 'send') committed.delete(subjectOf(challenge))
      }
      const acting = next.flatMap((one) => ('acts' in one && one.acts.length > 0 ? [one] : []))
      // Ready challenges go first: they may be late, and a commitment waits two blocks anyway.
      acting.sort((a, b) => Number(b.step === 'send') - Number(a.step === 'send'))
      if (acting.length === 0) return
      const unfinished: { readonly challenge: Challenge; readonly acts: readonly ContractCall[] }[] = []
      const report = (challenge: Challenge, step: 'commit' | 'send', outcome: Outcome): void => {
        if (outcome.kind === 'refused') refused.add(subjectOf(challenge))
        else refused.delete(subjectOf(challenge))
        const isCommitment = step === 'commit' && outcome.kind === 'mined'
        onFiled(isCommitment ? { challenge, kind: 'committed', now: true } : { challenge, kind: 'sent', outcome })
      }
      await sender.send(
        acting.map(({ acts }) => acts[0] as ContractCall),
        (index, outcome) => {
          const { challenge, step, acts } = acting[index] as (typeof acting)[number]
          const rest = acts.slice(1)
          if (outcome.kind === 'mined' && rest.length > 0) unfinished.push({ challenge, acts: rest })
          else report(challenge, step, outcome)
        },
      )
      for (const { challenge, acts } of unfinished) {
        await sendRest(challenge, acts, (outcome) => report(challenge, 'send', outcome))
      }
    },
  }
}

type Next =
  | { readonly challenge: Challenge; readonly step: 'none' | 'wait' }
  | { readonly challenge: Challenge; readonly step: 'commit' | 'send'; readonly acts: readonly ContractCall[] }

/** Voiding a record changes the proofs of all others of its batch: those are for the next round. */
function oneOfEachBatch(challenges: readonly Challenge[]): readonly Challenge[] {
  const batches = new Set<bigint>()
  return challenges.filter((challenge) => {
    if (!('place' in challenge)) return true
    const { batch } = challenge.place
    if (batches.has(batch)) return false
    batches.add(batch)
    return true
  })
}

/** A salt that only the signer can compute, the same after a restart. */
async function saltOf(signer: LocalAccount, court: Hex, subject: string): Promise<Hex> {
  return keccak256(await signer.signMessage({ message: `Attribution Ledger, salt of ${court} ${subject}` }))
}

/** Whether the chain already settled it. */
async function isSettled({ reader, contracts }: Connection, state: WatchState, challenge: Challenge): Promise<boolean> {
  const { court, ledger, unitCourt } = contracts
  switch (challenge.kind) {
    case 'FalseUnit':
    case 'CopyKept':
    case 'NoCopy': {
      const { model, unit } = challenge
      if (state.struckUnits.has(unitKey(model, unit))) return true
      const fromBlock = state.registered.get(model)?.block ?? 0n
      const args = { model, unit }
      const filter = { ...contracts.models, eventName: 'UnitStruck', args, fromBlock, strict: true } as const
      return (await reader.getContractEvents(filter)).length > 0
    }
    case 'DemandUnit':
    case 'DemandItem':
    case 'ShowUnit':
    case 'ShowItem':
    case 'CloseUnit': {
      const index = 'index' in challenge ? challenge.index : ALL_ROWS
      const args = [challenge.model, challenge.unit, index] as const
      const demand = await reader.readContract({ ...unitCourt, functionName: 'demandOf', args })
      const isMade = demand.demander !== 0
      return challenge.kind.startsWith('Demand') ? isMade : !isMade || demand.isAnswered
    }
    case 'DemandRecord':
    case 'ShowRecord':
    case 'CloseRecord': {
      const recordHash = 'recordHash' in challenge ? challenge.recordHash : signedReceipt(challenge.receipt).recordHash
      const demand = await reader.readContract({ ...court, functionName: 'demandOf', args: [recordHash] })
      return challenge.kind === 'DemandRecord' ? demand.state !== DEMAND.none : demand.state !== DEMAND.open
    }
    case 'BrokenReceipt': {
      const { batch, index } = challenge.place
      const args = { batch, index }
      const fromBlock = state.batches.get(batch)?.block ?? 0n
      const filter = { ...ledger, eventName: 'RecordVoided', args, fromBlock, strict: true } as const
      return (await reader.getContractEvents(filter)).length > 0
    }
    case 'SettleBook': {
      const args = [challenge.book] as const
      return (await reader.readContract({ ...ledger, functionName: 'bookStateOf', args })).isSettled
    }
  }
}

/** As `ICourt.DemandState` numbers them. */
const DEMAND = { none: 0, open: 1 } as const
