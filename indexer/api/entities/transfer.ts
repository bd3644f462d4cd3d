import { sql } from 'kysely'
import { bigInt, blockTime, bytes, type Entity, uint } from '../query/entity.ts'

export const transfer: Entity = {
  type: 'Transfer',
  doc: 'A transfer of OPEN. Only where transfers are followed: `_meta { followed }` says whether they are.',
  list: 'transfers',
  key: ['block', 'logIndex'],
  columns: {
    from: bytes('Whose OPEN it was; the zero address where it was minted.'),
    to: bytes('Whose it became; the zero address where it was burnt.'),
    amountWei: bigInt('In wei-OPEN: a billion of them are one gwei-OPEN.'),
    block: uint('The block of the transfer.'),
    timestamp: blockTime,
    logIndex: uint('Its place in the block.'),
    transactionHash: bytes('The transaction that moved it.'),
  },
  source: ({ block }) => sql`select * from transfer where block <= ${block}`,
}
