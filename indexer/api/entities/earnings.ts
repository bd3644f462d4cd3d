import { sql } from 'kysely'
import { bigInt, bytes, type Entity, nullable, one, oneOf, uint } from '../query/entity.ts'
import { account } from './account.ts'
import { book } from './book.ts'
import { model } from './model.ts'
import { unit } from './unit.ts'

export const credit: Entity = {
  type: 'Credit',
  doc: 'Something that an account earned. It can be claimed at once.',
  list: 'credits',
  key: ['block', 'logIndex', 'position'],
  columns: {
    account: uint('Who earned it.'),
    role: oneOf('Role', 'What for.'),
    model: nullable(uint('The model that was called; none of a bounty.')),
    book: nullable(bigInt('The book that paid it, or from which the fee came back.')),
    amountGwei: bigInt('In gwei-OPEN.'),
    block: uint('The block.'),
    logIndex: uint('The place of the event that led to it.'),
    position: uint('Its place among those that one event led to.'),
  },
  source: ({ block }) => sql`select * from credit where block <= ${block}`,
  links: {
    creditedAccount: one(() => account, { id: 'account' }, 'Who earned it.'),
    calledModel: one(() => model, { id: 'model' }, 'The model that was called.'),
    settledBook: one(() => book, { id: 'book' }, 'The book that paid it, or from which the fee came back.'),
  },
}

export const claim: Entity = {
  type: 'Claim',
  doc: 'Earnings paid out.',
  list: 'claims',
  key: ['block', 'logIndex', 'position'],
  columns: {
    account: uint('Whose earnings.'),
    recipient: bytes('Where they went.'),
    amountGwei: bigInt('In gwei-OPEN.'),
    block: uint('The block of the claim.'),
    logIndex: uint('Its event’s place in the block.'),
    position: uint('Its place among the claims of that event.'),
    transactionHash: bytes('The transaction that claimed.'),
    timestamp: uint('When, in seconds since 1970.'),
  },
  source: ({ block }) => sql`
    select c.*, b.timestamp from reward_claimed c join block b on b.number = c.block where c.block <= ${block}`,
  links: { paidAccount: one(() => account, { id: 'account' }, 'Whose earnings.') },
}

export const jointDraw: Entity = {
  type: 'JointDraw',
  doc: 'A member’s part of a joint unit, which became its contributor’s earnings.',
  list: 'jointDraws',
  key: ['block', 'logIndex'],
  columns: {
    model: uint('The model.'),
    unit: uint('The joint unit.'),
    member: uint('Which of its members.'),
    account: uint('The member’s contributor.'),
    amountGwei: bigInt('In gwei-OPEN.'),
    block: uint('The block.'),
    logIndex: uint('Its event’s place in the block.'),
    transactionHash: bytes('The transaction that drew.'),
  },
  source: ({ block }) => sql`select * from joint_drawn where block <= ${block}`,
  links: {
    drawnUnit: one(() => unit, { model: 'model', unit: 'unit' }, 'The joint unit.'),
    creditedAccount: one(() => account, { id: 'account' }, 'The member’s contributor.'),
  },
}
