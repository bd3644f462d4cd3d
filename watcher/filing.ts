import { type Hex, keccak256, type LocalAccount } from 'viem'
import { bookKeyOf } from '../sdk/book.ts'
import { COMMIT_BLOCKS, COMMIT_SECONDS, challengeCommitment, commitAct } from '../sdk/challenge.ts'
import type { Connection } from '../sdk/contracts.ts'
import { type ContractCall, callTo } from '../sdk/node/contractCall.ts'
import { openBook } from '../sdk/openBook.ts'
import { recordDims } from '../sdk/predictPay.ts'
import { signedReceipt } from '../sdk/receipt.ts'
import { nextPage, settlingOf } from '../sdk/settling.ts'
import { actsOf, type Challenge, isCommitted, subjectOf } from './challenge.ts'
import { ALL_ROWS, type Chronicle, modelIn, unitKey } from './chronicle.ts'
import type { Docket } from './docket.ts'
import type { Outcome, Sender } from './sender.ts'

/**
 * Makes challenges: commits to each, and sends it two blocks later. Nothing is remembered that the chain does not know: what was struck or answered
 * already is passed over, what was committed to already is sent, whoever did it and whenever.
 */
export interface Filing {
  /** Does what can be done at `block`, and says what comes of it as it comes. */
  file(challenges: readonly Challenge[], block: Moment, told: (filed: Filed) => void): Promise<void>
}

export interface Moment {
  readonly number: bigint
  readonly timestamp: bigint
}

export type Filed = { readonly challenge: Challenge } & (
  | { readonly kind: 'settled' }
  /** Committed to in this round, or earlier and not old enough. */
  | { readonly kind: 'committed'; readonly now: boolean }
  | { readonly kind: 'sent'; readonly outcome: Outcome }
)

export interface FilingOptions {
  readonly connection: Connection
  readonly chronicle: Chronicle
  readonly docket: Docket
  readonly signer: LocalAccount
  readonly sender: Sender
}

/** So many are looked at in one round, and so many sent before the first is waited for. */
const CHALLENGES_A_ROUND = 64

export function filingOf({ connection, chronicle, docket, signer, sender }: FilingOptions): Filing {
  const { reader, contracts } = connection

  // A proof must stay the one that was committed to, although records go on being voided beside it.
  const committed = new Map<string, readonly ContractCall[]>()
  // What was refused is tried again after everything else, so that it keeps nothing waiting.
  const refused = new Set<string>()
  const inTurn = (challenges: readonly Challenge[]): readonly Challenge[] => {
    const wasRefused = (challenge: Challenge): number => Number(refused.has(subjectOf(challenge)))
    const sorted = challenges.toSorted((a, b) => wasRefused(a) - wasRefused(b))
    return oneOfEachBatch(sorted).slice(0, CHALLENGES_A_ROUND)
  }

  const look = async (challenge: Challenge, now: Moment): Promise<Next> => {
    if (await isSettled(connection, chronicle, challenge)) return { challenge, step: 'none' }
    if (challenge.kind === 'SettleBook') return { challenge, step: 'send', acts: await pageOf(challenge.book) }
    const subject = subjectOf(challenge)
    const acts =
      committed.get(subject) ??
      actsOf(contracts, docket, challenge, await saltOf(signer, contracts.court.address, subject))
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

  /** The next page of a settlement; the one after it is for another round. */
  const pageOf = async (book: bigint): Promise<readonly ContractCall[]> => {
    const key = bookKeyOf(book)
    const model = modelIn(chronicle, key.model)
    if (model === undefined) return []
    const kept = (of: bigint) =>
      [...chronicle.batches.values()].filter((batch) => batch.book === of).toSorted((a, b) => a.number - b.number)
    const opened = await openBook(connection, key, recordDims(model.terms), kept)
    const page = await nextPage(connection, await settlingOf(connection, model, opened))
    return page === undefined ? [] : [callTo(contracts.settlement, 'settle', [page])]
  }

  /** Sends what is left of those that take several calls, each once the one before it is mined. */
  const goOn = async (
    challenge: Challenge,
    acts: readonly ContractCall[],
    told: (outcome: Outcome) => void,
  ): Promise<void> => {
    for (const [i, call] of acts.entries()) {
      let outcome: Outcome | undefined
      await sender.send([call], (_, became) => {
        outcome = became
      })
      if (outcome === undefined) throw new Error(`Nothing became of a call about ${subjectOf(challenge)}`)
      if (outcome.kind !== 'mined' || i === acts.length - 1) told(outcome)
      if (outcome.kind !== 'mined') return
    }
  }

  return {
    file: async (challenges, block, told) => {
      const next: Next[] = []
      for (const challenge of inTurn(challenges)) next.push(await look(challenge, block))
      for (const { challenge, step } of next) {
        if (step === 'none') told({ challenge, kind: 'settled' })
        if (step === 'wait') told({ challenge, kind: 'committed', now: false })
        if (step === 'none' || step === 'send') committed.delete(subjectOf(challenge))
      }
      const acting = next.flatMap((one) => ('acts' in one && one.acts.length > 0 ? [one] : []))
      // What is ready goes first: it may be late, and a commitment has two blocks to wait anyway.
      acting.sort((a, b) => Number(b.step === 'send') - Number(a.step === 'send'))
      if (acting.length === 0) return
      const unfinished: { readonly challenge: Challenge; readonly acts: readonly ContractCall[] }[] = []
      const report = (challenge: Challenge, step: 'commit' | 'send', outcome: Outcome): void => {
        if (outcome.kind === 'refused') refused.add(subjectOf(challenge))
        else refused.delete(subjectOf(challenge))
        const isCommitment = step === 'commit' && outcome.kind === 'mined'
        told(isCommitment ? { challenge, kind: 'committed', now: true } : { challenge, kind: 'sent', outcome })
      }
      await sender.send(
        acting.map(({ acts }) => acts[0] as ContractCall),
        (place, outcome) => {
          const { challenge, step, acts } = acting[place] as (typeof acting)[number]
          const rest = acts.slice(1)
          if (outcome.kind === 'mined' && rest.length > 0) unfinished.push({ challenge, acts: rest })
          else report(challenge, step, outcome)
        },
      )
      for (const { challenge, acts } of unfinished) {
        await goOn(challenge, acts, (outcome) => report(challenge, 'send', outcome))
      }
    },
  }
}

type Next =
  | { readonly challenge: Challenge; readonly step: 'none' | 'wait' }
  | { readonly challenge: Challenge; readonly step: 'commit' | 'send'; readonly acts: readonly ContractCall[] }

/** Voiding a record changes the proofs of all others of its batch: they are for another round. */
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

/** A salt that nobody else can work out, and that is the same after a restart. */
async function saltOf(signer: LocalAccount, court: Hex, subject: string): Promise<Hex> {
  return keccak256(await signer.signMessage({ message: `Attribution Ledger, salt of ${court} ${subject}` }))
}

/** Whether the newest state of the chain leaves nothing to do. */
async function isSettled(
  { reader, contracts }: Connection,
  chronicle: Chronicle,
  challenge: Challenge,
): Promise<boolean> {
  const { court, ledger, unitCourt } = contracts
  switch (challenge.kind) {
    case 'FalseUnit':
    case 'CopyKept':
    case 'NoCopy': {
      const { model, unit } = challenge
      if (chronicle.struckUnits.has(unitKey(model, unit))) return true
      const fromBlock = chronicle.registered.get(model)?.block ?? 0n
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
      const { state } = await reader.readContract({ ...court, functionName: 'demandOf', args: [recordHash] })
      return challenge.kind === 'DemandRecord' ? state !== DEMAND.none : state !== DEMAND.open
    }
    case 'BrokenReceipt': {
      const { batch, index } = challenge.place
      const args = { batch, index }
      const fromBlock = chronicle.batches.get(batch)?.block ?? 0n
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
