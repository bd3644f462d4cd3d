import { EntitySchema } from 'typeorm'

// Where typeorm-store looks for what is stored; declared without decorators, so that nothing has to be compiled.
export class Transfer {
  constructor(columns) {
    Object.assign(this, columns)
  }
}

export const transfers = new EntitySchema({
  name: 'Transfer',
  target: Transfer,
  columns: {
    id: { type: 'text', primary: true },
    sender: { type: 'text' },
    recipient: { type: 'text' },
    amountWei: { type: 'numeric' },
    block: { type: 'int4' },
    timestamp: { type: 'timestamp with time zone' },
    transactionHash: { type: 'text' },
  },
})
