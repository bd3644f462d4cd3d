import { index, onchainTable, primaryKey } from 'ponder'

export const transfer = onchainTable('transfer', (t) => ({
  id: t.text().primaryKey(),
  sender: t.hex().notNull(),
  recipient: t.hex().notNull(),
  amountWei: t.bigint().notNull(),
  block: t.bigint().notNull(),
  timestamp: t.bigint().notNull(),
  transactionHash: t.hex().notNull(),
}))

/** Filled by npm run bench:api, beside ours and PostGraphile's: the same rows, with the same key and the same index. */
export const inference = onchainTable(
  'inference',
  (t) => ({
    batchId: t.bigint().notNull(),
    position: t.integer().notNull(),
    modelId: t.integer().notNull(),
    operatorId: t.integer().notNull(),
    payerId: t.integer().notNull(),
    feeGwei: t.bigint().notNull(),
    commitment: t.hex().notNull(),
    block: t.bigint().notNull(),
    timestamp: t.bigint().notNull(),
  }),
  (table) => ({
    key: primaryKey({ columns: [table.batchId, table.position] }),
    ofPayer: index().on(table.payerId, table.batchId, table.position),
  }),
)
