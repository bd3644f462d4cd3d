import { abis } from '../../sdk/contracts.ts'
import type { ChainLog } from './contracts.ts'
import { eventReader, lower, text, unreachable } from './event.ts'
import type { EventOrigin } from './eventOrigin.ts'
import type { Fact } from './facts.ts'
import { authorityFact } from './governance.ts'

export const readCourt = eventReader(abis.court)

export function decodeCourt(log: ChainLog, origin: EventOrigin): Fact {
  const event = readCourt(log)
  switch (event.eventName) {
    case 'ChallengeCommitted': {
      const { commitment } = event.args
      return { table: 'challengeCommitted', row: { ...origin, contract: 'court', commitment } }
    }
    case 'ReceiptKeySet': {
      const { operator, key, from, previous, previousUntil } = event.args
      const row = {
        ...origin,
        operator,
        key: lower(key),
        validFrom: BigInt(from),
        previous: lower(previous),
        previousUntil: BigInt(previousUntil),
      }
      return { table: 'receiptKeySet', row }
    }
    case 'ReceiptBroken': {
      const { batch, index, challenger, recordHash } = event.args
      const row = { ...origin, batch, position: BigInt(index), challenger, recordHash }
      return { table: 'receiptBroken', row }
    }
    case 'ReceiptDemanded': {
      const { recordHash, operator, demander, model, dueAt, stakeGwei, heldGwei } = event.args
      const row = {
        ...origin,
        recordHash,
        operator,
        demander,
        model,
        dueAt: BigInt(dueAt),
        stakeGwei,
        heldGwei,
      }
      return { table: 'receiptDemanded', row }
    }
    case 'RecordShown': {
      const { recordHash, batch, shownBy, index } = event.args
      const row = { ...origin, recordHash, batch, position: BigInt(index), shownBy }
      return { table: 'recordShown', row }
    }
    case 'ReceiptUnrecorded': {
      const { recordHash, operator, demander, takenGwei } = event.args
      const row = { ...origin, recordHash, operator, demander, takenGwei }
      return { table: 'receiptUnrecorded', row }
    }
    case 'RecordAppealed': {
      const { appeal, batch, appellant, index, dueAt, groundsHash, groundsURI, ...amounts } = event.args
      const row = {
        ...origin,
        appeal,
        appellant,
        batch,
        position: BigInt(index),
        model: null,
        unit: null,
        ...amounts,
        dueAt: BigInt(dueAt),
        groundsHash,
        groundsUri: text(groundsURI),
      }
      return { table: 'appealFiled', row }
    }
    case 'UnitAppealed': {
      const { appeal, model, appellant, unit, dueAt, groundsHash, groundsURI, ...amounts } = event.args
      const row = {
        ...origin,
        appeal,
        appellant,
        batch: null,
        position: null,
        model,
        unit,
        ...amounts,
        feeGwei: 0n,
        dueAt: BigInt(dueAt),
        groundsHash,
        groundsUri: text(groundsURI),
      }
      return { table: 'appealFiled', row }
    }
    case 'AppealRuled': {
      const { appeal, upheld, reasonsHash, reasonsURI } = event.args
      return { table: 'appealRuled', row: { ...origin, appeal, upheld, reasonsHash, reasonsUri: text(reasonsURI) } }
    }
    case 'AppealLapsed':
      return { table: 'appealLapsed', row: { ...origin, appeal: event.args.appeal } }
    case 'CourtTermsSet': {
      const { demandFeeGwei, demandSeconds, receiptFees, appealStakeGwei, rulingSeconds, keyNoticeSeconds } =
        event.args.terms
      const row = {
        ...origin,
        demandFeeGwei,
        demandSeconds: BigInt(demandSeconds),
        receiptFees: BigInt(receiptFees),
        appealStakeGwei,
        rulingSeconds: BigInt(rulingSeconds),
        keyNoticeSeconds: BigInt(keyNoticeSeconds),
      }
      return { table: 'courtTermsSet', row }
    }
    case 'AuthorityUpdated':
      return authorityFact(origin, 'court', event.args.authority)
    default:
      return unreachable(event)
  }
}
