import { bookKeyOf } from '../../sdk/book.ts'
import { abis } from '../../sdk/contracts.ts'
import { batchFacts } from './batch.ts'
import type { ChainLog } from './contracts.ts'
import { eventReader, unreachable } from './event.ts'
import type { EventOrigin } from './eventOrigin.ts'
import type { Fact } from './facts.ts'
import { appointments, authorityFact } from './governance.ts'
import type { Terms } from './terms.ts'
import { bool, bytes32, bytesAt, uint32, uint64, uint96, wordAt } from './words.ts'

export const readLedger = eventReader(abis.ledger, {
  BatchRecorded: (topics, data) => {
    const channels = bytesAt(data, 3, 5)
    return {
      batch: uint64(topics[1]),
      book: uint96(topics[2]),
      number: uint32(wordAt(data, 0)),
      units: uint64(wordAt(data, 1)),
      root: wordAt(data, 2),
      channels: channels.bytes,
      records: bytesAt(data, 4, channels.end).bytes,
    }
  },
  RecordVoided: (topics, data) => ({
    batch: uint64(topics[1]),
    index: uint32(topics[2]),
    payer: uint32(topics[3]),
    feeGwei: uint64(wordAt(data, 0)),
    isSetAside: bool(wordAt(data, 1)),
    units: uint64(wordAt(data, 2)),
    root: bytes32(wordAt(data, 3)),
    sumHash: bytes32(wordAt(data, 4)),
  }),
})

export function decodeLedger(log: ChainLog, origin: EventOrigin, terms: Terms): readonly Fact[] {
  const event = readLedger(log)
  switch (event.eventName) {
    case 'BookOpened': {
      const { book, closesAt, windowSeconds, epochSeconds, minBookGwei, treasuryBps } = event.args
      const { model, operator, number } = bookKeyOf(book)
      const row = {
        ...origin,
        book,
        model,
        operator,
        number: BigInt(number),
        closesAt: BigInt(closesAt),
        windowSeconds: BigInt(windowSeconds),
        epochSeconds: BigInt(epochSeconds),
        minBookGwei,
        treasuryBps: BigInt(treasuryBps),
      }
      return [{ table: 'bookOpened', row }]
    }
    case 'BookClosing': {
      const { book, closesAt } = event.args
      return [{ table: 'bookClosing', row: { ...origin, book, closesAt: BigInt(closesAt) } }]
    }
    case 'BatchRecorded':
      return batchFacts(origin, event.args, terms)
    case 'RecordVoided': {
      const { batch, index, payer, ...after } = event.args
      const row = { ...origin, batch, position: BigInt(index), payer, ...after }
      return [{ table: 'recordVoided', row }]
    }
    case 'FeeReturned': {
      const { model, operator, payer, feeGwei, toPayer } = event.args
      const whose = { model, operator, payer }
      return [{ table: 'feeReturned', row: { ...origin, ...whose, feeGwei, toPayer } }]
    }
    case 'GivenToBook':
      return [{ table: 'givenToBook', row: { ...origin, ...event.args } }]
    case 'BookReleased': {
      const { book } = event.args
      return [{ table: 'bookReleased', row: { ...origin, book, model: bookKeyOf(book).model } }]
    }
    case 'LedgerTermsSet': {
      const { epochSeconds, windowSeconds, minBookGwei, treasuryBps } = event.args.terms
      const row = {
        ...origin,
        epochSeconds: BigInt(epochSeconds),
        windowSeconds: BigInt(windowSeconds),
        minBookGwei,
        treasuryBps: BigInt(treasuryBps),
      }
      return [{ table: 'ledgerTermsSet', row }]
    }
    case 'LedgerUsersAppointed':
      return appointments(origin, 'ledger', event.args)
    case 'AuthorityUpdated':
      return [authorityFact(origin, 'ledger', event.args.authority)]
    default:
      return unreachable(event)
  }
}
