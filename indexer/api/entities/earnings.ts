import { sql } from 'kysely'
import { bigInt, blockTime, bytes, type Entity, id, nullable, one, oneOf, uint } from '../query/entity.ts'
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
    account: id(uint('Who earned it.')),
    role: oneOf('Role', 'What for.'),
    model: nullable(id(uint('The model that was called; none of a bounty.'))),
    book: nullable(id(bigInt('The book that paid it, or from which the fee came back.'))),
    amountGwei: bigInt('In gwei-OPEN.'),
    block: uint('The block.'),
    timestamp: blockTime,
    logIndex: uint('The place of the event that led to it.'),
    position: uint('Its place among those that one event led to.'),
  },
  source: ({ block }) => sql`select * from credit where block <= ${block}`,
  links: {
    account: one(() => account, { id: 'account' }, 'Who earned it.'),
    model: one(() => model, { id: 'model' }, 'The model that was called.'),
    book: one(() => book, { id: 'book' }, 'The book that paid it, or from which the fee came back.'),
  },
}

export const claim: Entity = {
  type: 'Claim',
  doc: 'Earnings paid out.',
  list: 'claims',
  key: ['block', 'logIndex', 'position'],
  columns: {
    account: id(uint('Whose earnings.')),
    recipient: bytes('Where they went.'),
    amountGwei: bigInt('In gwei-OPEN.'),
    block: uint('The block of the claim.'),
    timestamp: blockTime,
    logIndex: uint('Its event’s place in the block.'),
    position: uint('Its place among the claims of that event.'),
    transactionHash: bytes('The transaction that claimed.'),
  },
  source: ({ block }) => sql`select * from reward_claimed where block <= ${block}`,
  links: { account: one(() => account, { id: 'account' }, 'Whose earnings.') },
}

export const jointDraw: Entity = {
  type: 'JointDraw',
  doc: 'A member’s part of a joint unit, which became its contributor’s earnings.',
  list: 'jointDraws',
  key: ['block', 'logIndex'],
  columns: {
    model: id(uint('The model.')),
    unit: id(uint('The joint unit.')),
    member: uint('Which of its members.'),
    account: id(uint('The member’s contributor.')),
    amountGwei: bigInt('In gwei-OPEN.'),
    block: uint('The block.'),
    timestamp: blockTime,
    logIndex: uint('Its event’s place in the block.'),
    transactionHash: bytes('The transaction that drew.'),
  },
  source: ({ block }) => sql`select * from joint_drawn where block <= ${block}`,
  links: {
    model: one(() => model, { id: 'model' }, 'The model.'),
    unit: one(() => unit, { model: 'model', unit: 'unit' }, 'The joint unit.'),
    account: one(() => account, { id: 'account' }, 'The member’s contributor.'),
  },
}
