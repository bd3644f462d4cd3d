import { abis } from '../../sdk/contracts.ts'
import type { ChainLog } from './contracts.ts'
import type { Fault } from './courtFacts.ts'
import { eventReader, lower, named, text, unreachable } from './event.ts'
import type { Fact } from './facts.ts'
import type { Place } from './place.ts'

export const readCourt = eventReader(abis.court)

/** In the order of ICourt.sol. */
const FAULTS: readonly Fault[] = [
  'WrongWeights',
  'OmittedRow',
  'WrongAccount',
  'AbsentRow',
  'ForeignRow',
  'ConflictingRows',
  'WithheldRow',
  'StruckRow',
  'Appeal',
]

export function decodeCourt(log: ChainLog, place: Place): Fact {
  const event = readCourt(log)
  switch (event.eventName) {
    case 'ChallengeCommitted':
      return { table: 'challengeCommitted', row: { ...place, commitment: event.args.commitment } }
    case 'RecordStruck': {
      const { batch, index, challenger, fault } = event.args
      return {
        table: 'recordStruck',
        row: {
          ...place,
          batch,
          position: BigInt(index),
          challenger: BigInt(challenger),
          fault: named(FAULTS, fault),
        },
      }
    }
    case 'RowStruck': {
      const { model, row, fault } = event.args
      return {
        table: 'rowStruck',
        row: { ...place, model: BigInt(model), row: BigInt(row), fault: named(FAULTS, fault) },
      }
    }
    case 'IndexStruck': {
      const { model, challenger, fault } = event.args
      return {
        table: 'indexStruck',
        row: { ...place, model: BigInt(model), challenger: BigInt(challenger), fault: named(FAULTS, fault) },
      }
    }
    case 'RowDemanded': {
      const { model, row, demander, feeGwei, dueAt } = event.args
      return {
        table: 'rowDemanded',
        row: {
          ...place,
          model: BigInt(model),
          row: BigInt(row),
          demander: BigInt(demander),
          feeGwei,
          dueAt: BigInt(dueAt),
        },
      }
    }
    case 'RowShown': {
      const { model, row, shownBy, entry } = event.args
      return {
        table: 'rowShown',
        row: { ...place, model: BigInt(model), row: BigInt(row), shownBy: BigInt(shownBy), entry },
      }
    }
    case 'DemandClosed': {
      const { model, row, demander } = event.args
      return {
        table: 'demandClosed',
        row: { ...place, model: BigInt(model), row: BigInt(row), demander: BigInt(demander) },
      }
    }
    case 'AppealFiled': {
      const { appeal, appellant, accused, subject, stakeGwei, dueAt, groundsHash, groundsURI } = event.args
      const isOfRecord = subject.batch !== 0n
      return {
        table: 'appealFiled',
        row: {
          ...place,
          appeal,
          appellant: BigInt(appellant),
          accused: BigInt(accused),
          model: BigInt(subject.model),
          batch: isOfRecord ? subject.batch : null,
          position: isOfRecord ? BigInt(subject.index) : null,
          stakeGwei,
          dueAt: BigInt(dueAt),
          groundsHash,
          groundsUri: text(groundsURI),
        },
      }
    }
    case 'AppealRuled': {
      const { appeal, upheld, reasonsHash, reasonsURI } = event.args
      return { table: 'appealRuled', row: { ...place, appeal, upheld, reasonsHash, reasonsUri: text(reasonsURI) } }
    }
    case 'AppealLapsed':
      return { table: 'appealLapsed', row: { ...place, appeal: event.args.appeal } }
    case 'CourtTermsSet': {
      const { demandFeeGwei, demandSeconds, appealStakeGwei, rulingSeconds } = event.args.terms
      return {
        table: 'courtTermsSet',
        row: {
          ...place,
          demandFeeGwei,
          demandSeconds: BigInt(demandSeconds),
          appealStakeGwei,
          rulingSeconds: BigInt(rulingSeconds),
        },
      }
    }
    case 'AuthorityUpdated':
      return {
        table: 'authorityUpdated',
        row: { ...place, contract: 'court', authority: lower(event.args.authority) },
      }
    default:
      return unreachable(event)
  }
}
